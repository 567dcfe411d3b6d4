import type { Forge } from '../forge.ts'
import { readRef } from '../git/refs.ts'
import { invalid } from '../http/refusal.ts'
import type { Account } from '../state/accounts.ts'
import { updateRecord, type Stored } from '../state/records.ts'
import { repositoryById } from '../state/repositories.ts'
import { bringHead } from './follow-branches.ts'
import { announcePull } from './pull-event.ts'

/**
 * Opens a closed pull request again, at what its branch holds by now.
 *
 * @throws Refusal 422 when it is merged, or its branch or repository is gone.
 */
export async function reopenPull(forge: Forge, pull: Stored<'pull'>, sender: Account): Promise<Stored<'pull'>> {
  const { mergedAtMs, headBranch, headRepositoryId } = pull.body
  const refuse = (words: string) =>
    invalid({ resource: 'PullRequest', field: 'state', message: `state cannot be changed. ${words}` })
  if (mergedAtMs !== null) throw refuse('The pull request is merged.')
  const there = repositoryById(forge.database, headRepositoryId)
  if (there === undefined) throw refuse('The repository that submitted this pull request has been deleted.')
  const head = await readRef(forge.git, forge.git.folder(headRepositoryId), `refs/heads/${headBranch}`)
  if (head === undefined) throw refuse(`The ${headBranch} branch has been deleted.`)
  const body = { ...pull.body, state: 'open' as const, closedAtMs: null, headSha: head.sha }
  await bringHead(forge, { ...body, repositoryId: pull.repositoryId })
  const opened = updateRecord(forge.database, pull, { body, nowMs: forge.clock() })
  await announcePull(forge, opened, { action: 'reopened', sender })
  return opened
}
