import { slug, statusContext } from '../../contract/names.ts'
import type { Deps } from '../deps.ts'
import type { Wish } from './read-wish.ts'
import { reportCommit, reportFindings } from './report-commit.ts'
import type { Trigger } from './trigger.ts'

interface At {
  readonly trigger: Trigger
  readonly sha: string
  /** Names of the micros whose contexts people look at; where there is none, it is said under the repository's name. */
  readonly micros: readonly string[]
}

/** Says what is wrong with a commit's config file, on the contexts that people look at and on its lines. */
export async function reportInvalid(
  { message: description, findings }: Extract<Wish, { readonly kind: 'invalid' }>,
  { trigger, sha, micros }: At,
  deps: Pick<Deps, 'queues'>,
): Promise<void> {
  for (const micro of micros.length > 0 ? micros : [slug(trigger.repository)]) {
    await reportCommit({ trigger, sha, context: statusContext(micro), state: 'failure', description }, deps)
  }
  await reportFindings({ trigger, sha, findings }, deps)
}
