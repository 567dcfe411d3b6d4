import type { DeploymentOutcome, Launch } from '../../../contract/deployment.ts'
import { digest } from '../plan/install-plan.ts'

export interface CacheOf {
  /** Reference of the runtime's sandbox image: its name says what is in it. */
  readonly image: string
  readonly artifacts: NonNullable<DeploymentOutcome['artifacts']>
  readonly launch: Launch
}

/** Grows when a cache made by an older micropush is of no use any more. */
const RECIPE = 1

/**
 * The name of the compiled code of an app: the same image, source, dependencies and entry, the same code.
 *
 * @returns undefined for an app that a command starts: only our loaders know of caches.
 */
export function cacheName({ image, artifacts, launch }: CacheOf): string | undefined {
  if (launch.kind !== 'loader') return undefined
  return digest([RECIPE, image, artifacts.app, artifacts.dependencies ?? '', launch.language, launch.entry])
}
