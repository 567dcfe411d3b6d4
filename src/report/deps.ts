import type { Deps } from '../deps.ts'
import type { KeyedLock } from '../jobs/keyed-lock.ts'
import type { Pace } from './pace.ts'

export interface ReportDeps extends Deps {
  /** Where people reach the bot, for links to logs. */
  readonly botUrl: string
  readonly pace: Pace
  readonly lock: KeyedLock
}
