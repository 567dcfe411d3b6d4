import type { Store } from '../contract/store/connect.ts'
import { microsOfRepository, targetStanding, type Standing } from '../contract/store/micros.ts'
import { findRepository } from '../contract/store/repository/repositories.ts'
import { microOfKey } from '../contract/target-key.ts'
import { Refusal } from './refusal.ts'
import type { Target } from './target.ts'

/**
 * The micros (`repositoryId/micro`) that a command is about: the one that is named, or all of the repository.
 *
 * @throws Refusal when there is none, with those that there are.
 */
export async function findMicros(store: Store, { fullName, micro }: Target): Promise<string[]> {
  const repository = await findRepository(store, fullName)
  if (repository.id === undefined) throw new Refusal(`Nobody has pushed to ${fullName} yet.`)
  const keys = await microsOfRepository(store, repository.id)
  if (keys.length === 0) throw new Refusal(`${fullName} has no micros.`)
  if (micro === undefined) return keys
  const wanted = `${repository.id}/${micro}`
  if (keys.includes(wanted)) return [wanted]
  throw new Refusal(`${fullName} has no micro called ${micro}; it has ${keys.map(microOfKey).join(', ')}.`)
}

/** How those micros stand. @throws Refusal as `findMicros`. */
export async function findStandings(store: Store, target: Target): Promise<Standing[]> {
  const keys = await findMicros(store, target)
  return Promise.all(keys.map((key) => targetStanding(store, key)))
}
