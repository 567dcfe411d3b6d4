import type { Queues } from '../contract/queue.ts'
import type { Store } from '../contract/store/connect.ts'
import type { GitHub } from './github/client.ts'
import type { Log } from './log.ts'

/** What events are handled with; each function names the part that it needs. */
export interface Deps {
  readonly store: Store
  readonly queues: Queues
  readonly github: GitHub
  readonly log: Log
  readonly now: () => number
}
