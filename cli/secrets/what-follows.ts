import type { Store } from '../../contract/store/connect.ts'
import { microsOfRepository } from '../../contract/store/micros.ts'
import type { RepositoryRef } from '../../contract/store/repository/repositories.ts'
import { microOfKey } from '../../contract/target-key.ts'
import { targetText, type Target } from '../target.ts'

interface Changed {
  readonly target: Target
  readonly repository: RepositoryRef
}

/** What a person has to know after a change: when it takes effect, and for whom. */
export async function whatFollows(store: Store, { target, repository }: Changed): Promise<string[]> {
  if (repository.id === undefined)
    return [
      `Nobody has pushed to ${target.fullName} yet: it waits for the first repository of that name that is pushed.`,
    ]
  const micros = (await microsOfRepository(store, repository.id)).map(microOfKey)
  if (target.micro !== undefined && !micros.includes(target.micro))
    return [`${target.fullName} has no micro called ${target.micro} at the moment; it gets this once it has.`]
  return micros.length === 0 ? [] : [`It takes effect with: micropush restart ${targetText(target)}`]
}
