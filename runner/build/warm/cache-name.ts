import type { DeploymentOutcome, Launch } from '../../../contract/deployment.ts'
import { digest } from '../plan/install-plan.ts'

export interface CacheOf {
  /** Reference of the runtime's sandbox image: its name says what is in it. */
  readonly image: string
  readonly artifacts: NonNullable<DeploymentOutcome['artifacts']>
  readonly launch: Launch
  /** The file's own variables; a warm-up has no secrets. */
  readonly env: Readonly<Record<string, string>>
}

/** Grows when a cache made by an older micropush is of no use any more. */
const RECIPE = 2

/**
 * The name of the compiled code of an app: the same image, source, dependencies, entry and variables, the same code. Variables count because
 * the cache is filled by a process that has them: NODE_OPTIONS alone lets it run, and write, anything, for whoever else has the same source.
 *
 * @returns undefined for an app that a command starts: only our loaders know of caches.
 */
export function cacheName({ image, artifacts, launch, env }: CacheOf): string | undefined {
  if (launch.kind !== 'loader') return undefined
  const variables = Object.entries(env).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return digest([RECIPE, image, artifacts.app, artifacts.dependencies ?? '', launch.language, launch.entry, variables])
}
