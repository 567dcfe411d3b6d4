import type { MicroConfig } from '../../contract/config.ts'
import type { Launch } from '../../contract/deployment.ts'
import type { Runtime } from '../../runtimes/catalogue.ts'
import type { Docker } from '../docker/client.ts'
import type { RuntimeImages } from '../images/prepare.ts'
import type { Isolation } from '../sandbox/container/isolation.ts'
import type { Source } from '../source/fetch-source.ts'
import type { TrustFiles } from './trust/trust-files.ts'

export interface BuildContext {
  readonly docker: Docker
  /** The value of our containers' instance label. */
  readonly instance: string
  readonly dataDir: string
  readonly images: RuntimeImages
  /** The Docker network of builders. */
  readonly network: string
  /** What strangers' code is run under; sandboxes have the same. */
  readonly isolation: Isolation
  /** The longest that an install may take, and the `build` command. */
  readonly installMs: number
  readonly buildMs: number
  /** A resolv.conf to mount into builders; without one they have Docker's own. */
  readonly resolvConf?: string
}

export interface BuildInput {
  readonly deploymentId: string
  /** What was installed and built for the same content before does not count, and is replaced. */
  readonly fresh?: boolean
  /** Its folder is moved away, or left as it is when the same source is in the store already. */
  readonly source: Source
  readonly config: MicroConfig
  readonly runtime: Runtime
  readonly launch: Launch
  /** Takes the output of installs and builds as it comes. */
  readonly out: (text: string) => void
  /** Takes words for what happens at the moment. */
  readonly onDetail: (text: string) => void
  readonly signal: AbortSignal
}

export interface BuildResult {
  /** Folder names below `<dataDir>/artifacts/app` and `…/dependencies`. */
  readonly artifacts: { readonly app: string; readonly dependencies?: string }
  readonly sizes: { readonly sourceBytes: number; readonly dependencyBytes: number }
  /** Whether dependencies, and the build if there is one, came from the cache, so that no builder ran. */
  readonly cached: boolean
}

/** What the steps of one build share. */
export interface Build extends Omit<BuildContext, 'images' | 'resolvConf'>, BuildInput {
  readonly image: string
  /** Names the image's content: caches outlive a new name for the same. */
  readonly imageContent: string
  readonly trust: TrustFiles
  /** Removals of containers that have ended; the build waits for them before it ends itself. */
  readonly removals: Promise<void>[]
  /** This build's own folder; it is removed when the build ends. */
  readonly workDir: string
  /** The user and group that its containers run as. */
  readonly uid: number
}
