import type { Deps } from '../deps.ts'
import type { Reader } from '../github/reader.ts'
import type { Patience } from './patience.ts'

export interface ReconcileDeps extends Deps {
  readonly reader: Reader
  readonly patience: Patience
}
