import type { Launch } from '../../contract/deployment.ts'
import type { Limits } from '../../contract/limits.ts'
import type { Docker } from '../docker/client.ts'
import type { Cells } from './cells/cells.ts'
import type { RestoreTurns } from './restore-turns.ts'
import type { StartSlots } from './start-slots.ts'
import type { Freezers } from './sleep/freezers.ts'
import type { Snapshots } from './snapshots/snapshots.ts'
import type { UidPool } from './uid-pool.ts'
import type { Isolation } from './container/isolation.ts'

/** What every sandbox of this engine shares; made once by `openSandboxes`. */
export interface SandboxContext {
  readonly docker: Docker
  /** Value of the label `micropush.instance`: two engines on one Docker daemon do not touch each other's containers. */
  readonly instance: string
  readonly dataDir: string
  readonly isolation: Isolation
  /** Name of the Docker network of sandboxes. */
  readonly network: string
  /** The group that the gateway runs as; it alone can reach the sockets. */
  readonly gatewayGid: number
  readonly host: HostFacts
  readonly uids: UidPool
  readonly starts: StartSlots
  readonly restores: RestoreTurns
  /** Where sandboxes can wait for their app. */
  readonly cells?: Cells
  readonly freezers: Freezers
  /** Apps' memory on disk; undefined where there is none. */
  readonly snapshots?: Snapshots
  /** Ids of sandboxes that are to be ended and could not be, because Docker was away. */
  readonly remains: Set<string>
}

/** What the machine is like, as far as the container's options depend on it. */
export interface HostFacts {
  /** cgroup v2 has no swappiness of a container's own. */
  readonly swappiness: boolean
  /** Host path of the resolv.conf that sandboxes see. */
  readonly resolvConf: string
  /** Processor cores that one micro may use at most. */
  readonly cpus: number
}

/** What is to run: one deployment. */
export interface SandboxSpec {
  readonly deploymentId: string
  /** The micro's name. */
  readonly micro: string
  /** Reference of the runtime's sandbox image. */
  readonly image: string
  readonly launch: Launch
  readonly language: 'node' | 'python'
  /** Host folder of the app artifact; for a Node micro with dependencies it holds an empty folder `node_modules`. */
  readonly appDir: string
  readonly dependenciesDir?: string
  /** Host folder of the app's compiled code, where there is one. */
  readonly cacheDir?: string
  /** The micro's environment, secrets included: it never shows in `docker inspect`. */
  readonly env: Readonly<Record<string, string>>
  /** Hides the secrets among them in what the app writes. */
  readonly mask?: (text: string) => string
  readonly limits: Limits
}

/** A running sandbox. */
export interface Sandbox {
  readonly id: string
  readonly containerId: string
  readonly deploymentId: string
  /** The unix socket that the gateway dials. */
  readonly socket: string
  readonly isolation: Isolation
  /** How it came to run its app: from nothing, in a sandbox that waited with its runtime loaded, or from its memory on disk. */
  readonly startedBy: 'plain' | 'cell' | 'snapshot'
  readonly startedAtMs: number
}

/** Where a sandbox is on its way; later steps may stop between any two. */
export type Phase = 'created' | 'started' | 'loaded' | 'imported' | 'listening'

/** The port an app listens on when it brings a server of its own; every sandbox has a network of its own to listen in. */
export const APP_PORT = 8000
