import type { Forge } from '../forge.ts'
import { fileChanges } from '../git/changes.ts'
import { accountShape } from '../shapes/account.ts'
import { fullPullShape, type PullParts } from '../shapes/pull.ts'
import { repositoryShape } from '../shapes/repository.ts'
import { nodeId } from '../shapes/urls.ts'
import { accountById, ensureAccount, installationOf, PERSON } from '../state/accounts.ts'
import { recordsOf, type Stored } from '../state/records.ts'
import { repositoryById, type Repository } from '../state/repositories.ts'

export type PullAction = 'opened' | 'synchronize' | 'reopened' | 'closed' | 'edited'

/** Tells the App of a pull request; sent in the background. */
export async function announcePull(
  forge: Forge,
  pull: Stored<'pull'>,
  change: { readonly action: PullAction; readonly more?: Readonly<Record<string, unknown>> },
): Promise<void> {
  const { urls, database, deliveries } = forge
  const repository = repositoryById(database, pull.repositoryId)
  const installation = repository === undefined ? undefined : installationOf(database, repository.owner)
  if (repository === undefined || installation === undefined) return
  const payload = {
    action: change.action,
    number: pull.body.number,
    pull_request: await describePull(forge, repository, pull),
    repository: repositoryShape(urls, repository),
    sender: accountShape(urls, ensureAccount(database, PERSON)),
    installation: { id: installation.id, node_id: nodeId('Installation', installation.id) },
    ...change.more,
  }
  const id = deliveries.store({
    name: 'pull_request',
    action: change.action,
    installationId: installation.id,
    repositoryId: repository.id,
    payload,
  })
  // The result is recorded; nobody waits for it.
  if (id !== undefined) void deliveries.send(id)
}

/** A pull request with its counted commits and files. */
export async function describePull(forge: Forge, repository: Repository, pull: Stored<'pull'>) {
  const { git, database } = forge
  const folder = git.folder(repository.id)
  const { baseSha, headSha, number } = pull.body
  const commits = Number(await git.run(folder, ['rev-list', '--count', headSha, `^${baseSha}`]))
  const mergeBase = (await git.ask(folder, ['merge-base', baseSha, headSha]))?.trim()
  const files = await fileChanges(git, folder, { base: mergeBase, head: headSha })
  const comments = recordsOf(database, 'comment', { repositoryId: repository.id, parent: String(number) }).length
  return fullPullShape(pullParts(forge, repository, pull), pull, {
    commits,
    comments,
    files: files.length,
    additions: files.reduce((sum, file) => sum + file.additions, 0),
    deletions: files.reduce((sum, file) => sum + file.deletions, 0),
  })
}

export function pullParts({ urls, database }: Forge, repository: Repository, pull: Stored<'pull'>): PullParts {
  return {
    urls,
    repository,
    headRepository: repositoryById(database, pull.body.headRepositoryId),
    author: accountById(database, pull.creatorId) ?? ensureAccount(database, PERSON),
  }
}
