import { addSecretsChanged, type Queues } from '../../contract/queue.ts'
import type { Store } from '../../contract/store/connect.ts'
import type { RepositoryRef } from '../../contract/store/repository/repositories.ts'
import { ALL_MICROS } from '../../contract/store/repository/secrets.ts'
import { say } from '../../setup/say.ts'
import type { Target } from '../target.ts'
import { whatFollows } from './what-follows.ts'

interface Changed {
  readonly target: Target
  readonly repository: RepositoryRef
}

/** Lets the runner give up what it has on disk with the former secrets, and tells the person what else there is to do. */
export async function tellChange(
  { store, queues }: { readonly store: Store; readonly queues: Queues },
  { target, repository }: Changed,
): Promise<void> {
  const { id: repositoryId } = repository
  if (repositoryId !== undefined) await addSecretsChanged(queues, { repositoryId, micro: target.micro ?? ALL_MICROS })
  for (const line of await whatFollows(store, { target, repository })) say(line)
}
