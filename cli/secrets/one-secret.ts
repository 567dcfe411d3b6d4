import type { Scope } from '../../contract/secrets/scope.ts'
import type { Target } from '../target.ts'

/** What set and remove are about. */
export interface OneSecret {
  readonly target: Target
  readonly scope: Scope
  readonly name: string
}
