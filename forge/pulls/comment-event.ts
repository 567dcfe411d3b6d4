import type { Forge } from '../forge.ts'
import { issueShape } from '../shapes/issue.ts'
import { commentShape } from '../shapes/reports.ts'
import { accountById, ensureAccount, PERSON, type Account } from '../state/accounts.ts'
import { recordsOf, type Stored } from '../state/records.ts'
import type { Repository } from '../state/repositories.ts'
import { tell } from '../webhooks/tell.ts'
import { pullParts } from './pull-event.ts'

/** Tells the App of a comment on a pull request. Its own comments come back to it, as on GitHub. */
export function tellComment(
  forge: Forge,
  repository: Repository,
  event: {
    readonly comment: Stored<'comment'>
    readonly action: 'created' | 'edited' | 'deleted'
    readonly sender: Account
    /** The text before an edit. */
    readonly before?: string
  },
): void {
  const { comment, action, sender, before } = event
  const parent = String(comment.body.number)
  const [pull] = recordsOf(forge.database, 'pull', { repositoryId: repository.id, parent })
  if (pull === undefined) return
  const creator = accountById(forge.database, comment.creatorId) ?? ensureAccount(forge.database, PERSON)
  const total = recordsOf(forge.database, 'comment', { repositoryId: repository.id, parent }).length
  const body = {
    issue: issueShape(pullParts(forge, repository, pull), pull, total),
    comment: commentShape({ ...forge, repository, creator }, comment),
    ...(before === undefined ? {} : { changes: { body: { from: before } } }),
  }
  tell(forge, repository, { name: 'issue_comment', action, sender, body })
}
