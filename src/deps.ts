import type { Queues } from '../contract/queue.ts'
import type { Settings } from '../contract/settings.ts'
import type { Store } from '../contract/store/connect.ts'
import type { GitHub } from './github/client.ts'
import type { Log } from './log.ts'

/** What events are handled with; each function names the part that it needs. */
export interface Deps {
  readonly store: Store
  readonly queues: Queues
  readonly github: GitHub
  /** What every micro may ask for without a grant. */
  readonly settings: Pick<Settings, 'longestIdleMs' | 'scaleMax'>
  readonly log: Log
  readonly now: () => number
}
