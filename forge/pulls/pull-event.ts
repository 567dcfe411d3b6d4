import type { Forge } from '../forge.ts'
import { fileChanges } from '../git/changes.ts'
import { fullPullShape, type PullParts } from '../shapes/pull.ts'
import { accountById, ensureAccount, PERSON, type Account } from '../state/accounts.ts'
import { recordsOf, type Stored } from '../state/records.ts'
import { repositoryById, type Repository } from '../state/repositories.ts'
import { tell } from '../webhooks/tell.ts'

export type PullAction =
  | 'opened'
  | 'synchronize'
  | 'reopened'
  | 'closed'
  | 'edited'
  | 'labeled'
  | 'unlabeled'
  | 'converted_to_draft'
  | 'ready_for_review'

/** Tells the App of a pull request; sent in the background. */
export async function announcePull(
  forge: Forge,
  pull: Stored<'pull'>,
  change: {
    readonly action: PullAction
    readonly sender: Account
    readonly more?: Readonly<Record<string, unknown>>
  },
): Promise<void> {
  const repository = repositoryById(forge.database, pull.repositoryId)
  if (repository === undefined) return
  const { action, sender, more } = change
  const body = { number: pull.body.number, pull_request: await describePull(forge, repository, pull), ...more }
  tell(forge, repository, { name: 'pull_request', action, sender, body })
}

/** A pull request with its counted commits and files. */
export async function describePull(forge: Forge, repository: Repository, pull: Stored<'pull'>) {
  const { git, database } = forge
  const folder = git.folder(repository.id)
  const { baseSha, headSha, number } = pull.body
  const commits = Number(await git.run(folder, ['rev-list', '--count', headSha, `^${baseSha}`]))
  const files = await pullFiles(forge, repository, pull)
  const comments = recordsOf(database, 'comment', { repositoryId: repository.id, parent: String(number) }).length
  return fullPullShape(pullParts(forge, repository, pull), pull, {
    commits,
    comments,
    files: files.length,
    additions: files.reduce((sum, file) => sum + file.additions, 0),
    deletions: files.reduce((sum, file) => sum + file.deletions, 0),
  })
}

/** What a pull request changes: its head against where it left its base. */
export async function pullFiles({ git }: Forge, repository: Repository, pull: Stored<'pull'>) {
  const folder = git.folder(repository.id)
  const { baseSha, headSha } = pull.body
  const mergeBase = (await git.ask(folder, ['merge-base', baseSha, headSha]))?.trim()
  return fileChanges(git, folder, { base: mergeBase, head: headSha })
}

export function pullParts({ urls, database }: Forge, repository: Repository, pull: Stored<'pull'>): PullParts {
  return {
    urls,
    repository,
    headRepository: repositoryById(database, pull.body.headRepositoryId),
    headOwner: accountById(database, pull.body.headOwnerId),
    author: accountById(database, pull.creatorId) ?? ensureAccount(database, PERSON),
  }
}
