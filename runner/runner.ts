import type { Logger } from 'pino'
import type { Queues } from '../contract/queue.ts'
import type { Settings } from '../contract/settings.ts'
import type { MasterKey } from '../contract/secrets/master-key.ts'
import type { Store } from '../contract/store/connect.ts'
import type { Drains } from './lifecycle/gateways/drains.ts'
import type { Fleet } from './lifecycle/fleet/fleet.ts'
import type { Policies } from './lifecycle/policies.ts'
import type { Uses } from './lifecycle/uses.ts'
import type { GatewayLink } from './lifecycle/gateways/gateway-link.ts'
import type { ProcessWatch } from './lifecycle/end/watch-processes.ts'
import type { AppLogs } from './logs/app-logs.ts'
import type { Metrics } from './metrics/metrics.ts'
import type { WarmUps } from './build/warm/warm-ups.ts'
import type { Docker } from './docker/client.ts'
import type { Housekeeping } from './housekeeping/keep-house.ts'
import type { Network } from './network/set-up-network.ts'
import type { Route } from './gateway/protocol.ts'
import type { SandboxContext } from './sandbox/sandbox.ts'
import type { Works } from './jobs/works.ts'

/** What the runner's work is done with, wired in `start-runner.ts`. */
export interface Runner {
  readonly settings: Settings
  readonly dataDir: string
  readonly store: Store
  readonly queues: Queues
  /** What the micros' keys and secrets are made and encrypted with. */
  readonly masterKey: MasterKey
  readonly docker: Docker
  /** Value of the label that says which containers are ours. */
  readonly instance: string
  readonly sandboxes: SandboxContext
  readonly network: Network
  readonly fleet: Fleet
  readonly gateways: GatewayLink
  readonly drains: Drains
  readonly works: Works
  /** Compiles apps ahead, for their next start. */
  readonly warmUps: WarmUps
  /** What micros write, and what we say of them, on its way into their logs. */
  readonly appLogs: AppLogs
  /** Which deployments were used lately. */
  readonly uses: Uses
  /** What Prometheus is told. */
  readonly metrics: Metrics
  /** Which micros have reached their limit of processes. */
  readonly processes: ProcessWatch
  /** When each deployment sleeps, and how many sandboxes it may have. */
  readonly policies: Policies
  /** What their targets' own hosts lead to: others are older ones, or previews' former commits. */
  readonly inProduction: Set<string>
  /** Host name → route, as the gateways were told. */
  readonly routed: Map<string, Route>
  readonly house: Housekeeping
  readonly log: Logger
}
