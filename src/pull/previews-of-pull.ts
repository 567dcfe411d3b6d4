import type { Store } from '../../contract/store/connect.ts'
import { previewsOfRepository } from '../../contract/store/micros.ts'
import { pullOfKey } from '../../contract/target-key.ts'

/** Keys of the previews that a pull request has. */
export async function previewsOfPull(
  store: Store,
  { repositoryId, pull }: { readonly repositoryId: number; readonly pull: number },
): Promise<string[]> {
  const all = await previewsOfRepository(store, repositoryId)
  return all.filter((key) => pullOfKey(key) === pull)
}
