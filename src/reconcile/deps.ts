import type { Queues } from '../../contract/queue.ts'
import type { Store } from '../../contract/store/connect.ts'
import type { GitHub } from '../github/client.ts'
import type { Reader } from '../github/reader.ts'
import type { Log } from '../log.ts'
import type { Patience } from './patience.ts'

export interface ReconcileDeps {
  readonly store: Store
  readonly queues: Queues
  readonly github: GitHub
  readonly reader: Reader
  readonly patience: Patience
  readonly log: Log
  readonly now: () => number
}
