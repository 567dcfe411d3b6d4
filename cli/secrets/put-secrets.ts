import type { MasterKey } from '../../contract/secrets/master-key.ts'
import { seal } from '../../contract/secrets/seal.ts'
import type { Scope } from '../../contract/secrets/scope.ts'
import type { Store } from '../../contract/store/connect.ts'
import { findRepository, repositoryKey, type RepositoryRef } from '../../contract/store/repository/repositories.ts'
import { ALL_MICROS, changeSecrets, listSecrets } from '../../contract/store/repository/secrets.ts'
import { targetText, type Target } from '../target.ts'
import { faultOfRoom } from './fault-of-room.ts'
import { Refusal } from '../refusal.ts'

interface Put {
  readonly target: Target
  readonly scope: Scope
  readonly values: ReadonlyMap<string, string>
  /** Whether those of the same target and scope that are not among the values go. */
  readonly replace: 'others' | 'none'
}

export interface PutEnd {
  readonly repository: RepositoryRef
  /** Names that were removed. */
  readonly removed: readonly string[]
}

/** The first push of a repository may come between a look and the change that follows from it; it comes once. */
const TRIES = 3

/**
 * Encrypts and keeps secrets, all of them or none.
 *
 * @throws Refusal when they are too many or too large together.
 */
export async function putSecrets(vault: { readonly store: Store; readonly key: MasterKey }, put: Put): Promise<PutEnd> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const end = await tryPut(vault, put)
    if (end !== undefined) return end
  }
  throw new Refusal(`${put.target.fullName} changes hands at the moment. Try again.`)
}

async function tryPut(
  { store, key }: { readonly store: Store; readonly key: MasterKey },
  { target, scope, values, replace }: Put,
): Promise<PutEnd | undefined> {
  const repository = await findRepository(store, target.fullName)
  const micro = target.micro ?? ALL_MICROS
  const stored = await listSecrets(store, repository)
  const remove =
    replace === 'none'
      ? []
      : stored.filter((one) => one.micro === micro && one.scope === scope && !values.has(one.name))
  const place = { repository: repositoryKey(repository), scope, micro }
  const setAtMs = Date.now()
  const set = [...values].map(([name, text]) => ({
    scope,
    micro,
    name,
    secret: seal(key, { ...place, name }, { text, setAtMs }),
  }))
  const kept = stored.filter((one) => !remove.includes(one))
  const fault = faultOfRoom([...kept.filter((one) => !isAmong(one, set)), ...set], scope)
  if (fault !== undefined) throw new Refusal(`${targetText(target)}: ${fault}`)
  if (!(await changeSecrets(store, { repository, set, remove }))) return undefined
  return { repository, removed: remove.map(({ name }) => name) }
}

type Placed = { readonly scope: Scope; readonly micro: string; readonly name: string }

function isAmong(one: Placed, others: readonly Placed[]): boolean {
  return others.some(({ scope, micro, name }) => scope === one.scope && micro === one.micro && name === one.name)
}
