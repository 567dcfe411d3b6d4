import type { Store } from '../../../contract/store/connect.ts'
import { repositoryName } from '../../../contract/store/repository/repositories.ts'
import { ALL_MICROS, listSecretPlaces } from '../../../contract/store/repository/secrets.ts'

interface Of {
  readonly repositoryId: number
  readonly owner: string
  readonly repository: string
  readonly micro: string
  /** Names that config files ask for, set or not. */
  readonly asked: readonly string[]
}

/** The names of all that a micro's previews get and a fork's does not, each once, in order. */
export async function withheldNames(
  store: Store,
  { repositoryId, owner, repository, micro, asked }: Of,
): Promise<string[]> {
  const stored = await listSecretPlaces(store, { id: repositoryId, name: repositoryName(owner, repository) })
  const set = stored
    .filter((one) => one.scope === 'preview' && (one.micro === ALL_MICROS || one.micro === micro))
    .map(({ name }) => name)
  return [...new Set([...set, ...asked])].toSorted()
}
