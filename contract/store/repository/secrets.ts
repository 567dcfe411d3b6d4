import { MicropushError } from '../../errors.ts'
import { sealedSecret, type SealedSecret, type SecretPlace } from '../../secrets/seal.ts'
import { scope as scopes } from '../../secrets/scope.ts'
import { parseJson } from '../../text/parse-json.ts'
import type { Store } from '../connect.ts'
import { repositoryKey, stillNamedScript, type RepositoryRef } from './repositories.ts'

/** Stands in the place of a micro's name: for all of the repository's micros. No micro can be called so. */
export const ALL_MICROS = '*'

/** A secret with its place, still encrypted. */
export interface StoredSecret extends Omit<SecretPlace, 'repository'> {
  readonly secret: SealedSecret
}

/** All that is stored for a repository, sorted by micro, scope and name. */
export async function listSecrets({ redis, keys }: Store, repository: RepositoryRef): Promise<StoredSecret[]> {
  const fields = await redis.hgetall(keys.secrets(repositoryKey(repository)))
  const stored = Object.entries(fields).map(([field, text]) => readRecord(field, text))
  return stored.toSorted((a, b) => (fieldOf(a) < fieldOf(b) ? -1 : 1))
}

/** Where secrets of a repository are set, without the secrets; what is no place is left out. */
export async function listSecretPlaces(
  { redis, keys }: Store,
  repository: RepositoryRef,
): Promise<Omit<SecretPlace, 'repository'>[]> {
  const fields = await redis.hkeys(keys.secrets(repositoryKey(repository)))
  return fields.flatMap((field) => {
    const [micro = '', scopeText, name = ''] = field.split('/')
    const scope = scopes.safeParse(scopeText)
    return scope.success ? [{ micro, scope: scope.data, name }] : []
  })
}

interface Change {
  readonly repository: RepositoryRef
  readonly set: readonly StoredSecret[]
  readonly remove: readonly Omit<SecretPlace, 'repository'>[]
}

const changeScript = `${stillNamedScript}
  local sets = tonumber(ARGV[3])
  for i = 4, 3 + 2 * sets, 2 do redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
  for i = 4 + 2 * sets, #ARGV do redis.call('HDEL', KEYS[2], ARGV[i]) end
  return 'ok'`

/**
 * Sets and removes secrets of one repository in one step.
 *
 * @returns false when another repository has got the name since it was looked up, or the first push told its number: look again.
 */
export async function changeSecrets({ redis, keys }: Store, change: Change): Promise<boolean> {
  const { repository, set, remove } = change
  const result = await redis.eval(
    changeScript,
    2,
    keys.repositoryNames,
    keys.secrets(repositoryKey(repository)),
    repository.name,
    repository.id ?? '',
    set.length,
    ...set.flatMap((one) => [fieldOf(one), JSON.stringify(one.secret)]),
    ...remove.map(fieldOf),
  )
  return result === 'ok'
}

/** Puts a record in the place of another one, unless that was changed meanwhile. */
const replaceScript = `
  if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then redis.call('HSET', KEYS[1], ARGV[1], ARGV[3]) end
  return 1`

export async function replaceSecret(
  { redis, keys }: Store,
  change: { readonly repositoryId: number; readonly former: StoredSecret; readonly secret: SealedSecret },
): Promise<void> {
  const key = keys.secrets(repositoryKey({ id: change.repositoryId, name: '' }))
  const { former, secret } = change
  await redis.eval(replaceScript, 1, key, fieldOf(former), JSON.stringify(former.secret), JSON.stringify(secret))
}

/** Forgets every secret of every repository, and which master key is in use. Gives how many repositories had secrets. */
export async function forgetAllSecrets({ redis, keys }: Store): Promise<number> {
  let repositories = 0
  for await (const page of redis.scanStream({ match: keys.secrets('*'), count: 500 }) as AsyncIterable<string[]>) {
    if (page.length > 0) repositories += await redis.del(...page)
  }
  for await (const page of redis.scanStream({ match: keys.keptSecrets('*'), count: 500 }) as AsyncIterable<string[]>) {
    if (page.length > 0) await redis.del(...page)
  }
  await redis.del(keys.masterKeyId)
  return repositories
}

function fieldOf({ scope, micro, name }: Omit<SecretPlace, 'repository'>): string {
  return `${micro}/${scope}/${name}`
}

function readRecord(field: string, text: string): StoredSecret {
  const [micro = '', scopeText, name = ''] = field.split('/')
  const scope = scopes.safeParse(scopeText)
  const secret = sealedSecret.safeParse(parseJson(text))
  if (scope.success && secret.success) return { micro, scope: scope.data, name, secret: secret.data }
  throw new MicropushError('secret-unreadable', `The record of the secret ${name} is damaged. Set it again.`)
}
