import type { Forge } from '../forge.ts'
import { isAncestor } from '../git/refs.ts'
import type { Account } from '../state/accounts.ts'
import { allRepositories, type Repository } from '../state/repositories.ts'
import { recordById, recordsOf, updateRecord, type Stored } from '../state/records.ts'
import { NO_COMMIT, type RefUpdate } from '../webhooks/push-event.ts'
import { announcePull } from './pull-event.ts'

/** What a push means for open pull requests: a moved head synchronises, a head that is gone closes, a base that holds the head merges. */
export async function followBranches(
  forge: Forge,
  repository: Repository,
  { updates, pusher }: { readonly updates: readonly RefUpdate[]; readonly pusher: Account },
): Promise<void> {
  const open = allRepositories(forge.database)
    .flatMap(({ id }) => recordsOf(forge.database, 'pull', { repositoryId: id }))
    .filter((pull) => pull.body.state === 'open')
  for (const update of updates) {
    const branch = update.ref.replace(/^refs\/heads\//, '')
    for (const before of open) {
      const pull = stillOpen(forge, before)
      if (pull === undefined) continue
      const { headRepositoryId, headBranch, baseBranch } = pull.body
      if (headRepositoryId === repository.id && headBranch === branch)
        await moveHead(forge, pull, { ...update, pusher })
      else if (pull.repositoryId === repository.id && baseBranch === branch)
        await moveBase(forge, pull, { ...update, pusher })
    }
  }
}

type Move = RefUpdate & { readonly pusher: Account }

async function moveHead(forge: Forge, pull: Stored<'pull'>, { before, after, pusher }: Move): Promise<void> {
  if (after === NO_COMMIT) {
    await closePull(forge, pull, { sender: pusher })
    return
  }
  await bringHead(forge, { ...pull.body, repositoryId: pull.repositoryId, headSha: after })
  const now = stillOpen(forge, pull)
  if (now === undefined) return
  const moved = updateRecord(forge.database, now, { body: { ...now.body, headSha: after }, nowMs: forge.clock() })
  await announcePull(forge, moved, { action: 'synchronize', sender: pusher, more: { before, after } })
}

async function moveBase(forge: Forge, pull: Stored<'pull'>, { after, pusher }: Move): Promise<void> {
  if (after === NO_COMMIT) {
    await closePull(forge, pull, { sender: pusher })
    return
  }
  const folder = forge.git.folder(pull.repositoryId)
  const merged = await isAncestor(forge.git, folder, { older: pull.body.headSha, newer: after })
  const now = stillOpen(forge, pull)
  if (now === undefined) return
  if (merged) await closePull(forge, now, { sender: pusher, mergeSha: after })
  else updateRecord(forge.database, now, { body: { ...now.body, baseSha: after }, nowMs: forge.clock() })
}

/** As it is now: while git was asked, somebody may have changed or closed it. */
function stillOpen({ database }: Forge, { repositoryId, id }: Stored<'pull'>): Stored<'pull'> | undefined {
  const now = recordById(database, 'pull', { repositoryId, id })
  return now?.body.state === 'open' ? now : undefined
}

/** Ends a pull request and says so; with a merge commit it counts as merged. */
export async function closePull(
  forge: Forge,
  pull: Stored<'pull'>,
  { sender, mergeSha }: { readonly sender: Account; readonly mergeSha?: string },
): Promise<Stored<'pull'>> {
  const nowMs = forge.clock()
  const merge = mergeSha === undefined ? {} : { mergedAtMs: nowMs, mergeSha }
  const body = { ...pull.body, state: 'closed' as const, closedAtMs: nowMs, ...merge }
  const closed = updateRecord(forge.database, pull, { body, nowMs })
  await announcePull(forge, closed, { action: 'closed', sender })
  return closed
}

interface Head {
  readonly number: number
  readonly repositoryId: number
  readonly headRepositoryId: number
  readonly headSha: string
}

/** Keeps a pull request's head in the base repository as `refs/pull/<number>/head`, also when it comes from a fork. */
export async function bringHead(
  { git }: Forge,
  { number, repositoryId, headRepositoryId, headSha }: Head,
): Promise<void> {
  const folder = git.folder(repositoryId)
  const ref = `refs/pull/${number}/head`
  if (headRepositoryId !== repositoryId) {
    await git.run(folder, ['fetch', '--quiet', '--no-tags', git.folder(headRepositoryId), `+${headSha}:${ref}`])
  }
  await git.run(folder, ['update-ref', ref, headSha])
}
