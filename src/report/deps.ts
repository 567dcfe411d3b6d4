import type { Queues } from '../../contract/queue.ts'
import type { Store } from '../../contract/store/connect.ts'
import type { GitHub } from '../github/client.ts'
import type { KeyedLock } from '../jobs/keyed-lock.ts'
import type { Log } from '../log.ts'
import type { Pace } from './pace.ts'

export interface ReportDeps {
  readonly store: Store
  readonly queues: Queues
  readonly github: GitHub
  readonly log: Log
  /** Where people reach the bot, for links to logs. */
  readonly botUrl: string
  readonly pace: Pace
  readonly lock: KeyedLock
  readonly now: () => number
}
