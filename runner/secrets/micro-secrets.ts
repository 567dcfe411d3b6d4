import type { Deployment, Target } from '../../contract/deployment.ts'
import { MicropushError } from '../../contract/errors.ts'
import type { MasterKey } from '../../contract/secrets/master-key.ts'
import { seal, unseal, type SealedSecret } from '../../contract/secrets/seal.ts'
import { scopeOf } from '../../contract/secrets/scope.ts'
import type { Store } from '../../contract/store/connect.ts'
import { repositoryKey, repositoryName } from '../../contract/store/repository/repositories.ts'
import { ALL_MICROS, listSecrets, replaceSecret, type StoredSecret } from '../../contract/store/repository/secrets.ts'
import { createMask, type Mask } from './mask.ts'
import { microKeyOf } from './micro-key.ts'

/** What a micro may know and nobody else. */
export interface MicroSecrets {
  readonly key: string
  /** Name → value of what was set for it, and for all micros of its repository. */
  readonly values: Readonly<Record<string, string>>
  /** Hides the key and all values in text. */
  readonly mask: Mask
  /** Those values encrypted, as they are kept. */
  readonly records: readonly StoredSecret[]
}

type Of = Pick<Deployment, 'repositoryId' | 'owner' | 'repository' | 'config' | 'target'>
type Vault = { readonly store: Store; readonly masterKey: MasterKey }

/**
 * The key and the secrets of a deployment's micro, as they are set now. Its own secret wins over one of the same name for all micros.
 *
 * @throws MicropushError `secret-unreadable` for a record that was changed or belongs elsewhere.
 */
export async function readMicroSecrets(vault: Vault, of: Of): Promise<MicroSecrets> {
  return openMicroSecrets(vault, of, await listSecrets(vault.store, repositoryOf(of)))
}

/**
 * The same of secrets that were kept from another time.
 *
 * @throws MicropushError as `readMicroSecrets`
 */
export async function openMicroSecrets(vault: Vault, of: Of, all: readonly StoredSecret[]): Promise<MicroSecrets> {
  const repository = repositoryOf(of)
  const scope = scopeOf(of.target)
  const stored = all.filter((one) => one.scope === scope)
  const wide = stored.filter((one) => one.micro === ALL_MICROS)
  const own = stored.filter((one) => one.micro === of.config.name)
  const values: Record<string, string> = {}
  const records: StoredSecret[] = []
  for (const one of [...wide, ...own]) {
    const { value, bound } = await open(vault, one, repository)
    values[one.name] = value
    records.push({ ...one, secret: bound })
  }
  const key = microKeyOf(vault.masterKey, {
    repositoryId: of.repositoryId,
    micro: of.config.name,
    holder: keyHolder(of.target),
  })
  return { key, values, records, mask: createMask([key, ...Object.values(values)]) }
}

function repositoryOf({ repositoryId, owner, repository }: Of): { readonly id: number; readonly name: string } {
  return { id: repositoryId, name: repositoryName(owner, repository) }
}

/** Previews share one key, but for those whose code nobody has looked at: theirs opens nothing that another one has stored. */
function keyHolder(target: Target): string {
  return scopeOf(target) ?? (target.kind === 'preview' ? `pr-${target.pull}` : target.kind)
}

async function open(
  { store, masterKey }: Vault,
  stored: StoredSecret,
  repository: { readonly id: number; readonly name: string },
): Promise<{ readonly value: string; readonly bound: SealedSecret }> {
  const place = { ...stored, repository: repositoryKey(repository) }
  const pending = { ...stored, repository: repositoryKey({ id: undefined, name: repository.name }) }
  const { secret } = stored
  if (secret.repository !== pending.repository) {
    const value = unseal(masterKey, place, secret)
    if (value !== undefined) return { value, bound: secret }
    throw unreadable(stored, repository)
  }
  // It was set before the first push, for the name alone; from now on it is bound to the number.
  const value = unseal(masterKey, pending, secret)
  if (value === undefined) throw unreadable(stored, repository)
  const bound = seal(masterKey, place, { text: value, setAtMs: secret.setAtMs })
  await replaceSecret(store, { repositoryId: repository.id, former: stored, secret: bound })
  return { value, bound }
}

function unreadable({ name, micro }: StoredSecret, repository: { readonly name: string }): MicropushError {
  const target = micro === ALL_MICROS ? repository.name : `${repository.name}/${micro}`
  return new MicropushError(
    'secret-unreadable',
    `The secret ${name} cannot be decrypted: its record was changed, or moved here from elsewhere. The operator sets it again: micropush secrets set ${target} ${name}`,
  )
}
