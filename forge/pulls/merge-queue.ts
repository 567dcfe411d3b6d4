import type { Forge } from '../forge.ts'
import { readCommit } from '../git/commits.ts'
import { readRef } from '../git/refs.ts'
import { Refusal } from '../http/refusal.ts'
import { announceOwn } from '../push/announce.ts'
import type { Account } from '../state/accounts.ts'
import type { Stored } from '../state/records.ts'
import type { Repository } from '../state/repositories.ts'
import { NO_COMMIT } from '../webhooks/push-event.ts'
import { tell } from '../webhooks/tell.ts'
import { mergeCommit } from './merge.ts'

interface Queued {
  readonly head_sha: string
  readonly head_ref: string
  readonly base_sha: string
  readonly base_ref: string
}

/**
 * Puts a pull request into the merge queue: a branch with the merge appears, with its ordinary push, and checks are asked for.
 *
 * @throws Refusal 405 when it is not open or does not merge cleanly.
 */
export async function enqueue(
  forge: Forge,
  repository: Repository,
  { pull, by }: { readonly pull: Stored<'pull'>; readonly by: Account },
): Promise<Queued> {
  const { sha, baseSha } = await mergeCommit(forge, repository, pull)
  const ref = `refs/heads/gh-readonly-queue/${pull.body.baseBranch}/pr-${pull.body.number}-${baseSha}`
  await forge.git.run(forge.git.folder(repository.id), ['update-ref', ref, sha])
  await announceOwn(forge, repository, { ref, before: NO_COMMIT, after: sha, pusher: by })
  const group = {
    head_sha: sha,
    head_ref: ref,
    base_sha: baseSha,
    base_ref: `refs/heads/${pull.body.baseBranch}`,
  }
  await tellGroup(forge, repository, { group, action: 'checks_requested', sender: by })
  return group
}

/**
 * Takes a pull request out of the queue again, merged or not.
 *
 * @throws Refusal 404 when it is not in the queue.
 */
export async function dequeue(
  forge: Forge,
  repository: Repository,
  { pull, by, reason }: { readonly pull: Stored<'pull'>; readonly by: Account; readonly reason: 'merged' | 'dequeued' },
): Promise<void> {
  const folder = forge.git.folder(repository.id)
  const base = `refs/heads/${pull.body.baseBranch}`
  const prefix = `refs/heads/gh-readonly-queue/${pull.body.baseBranch}/pr-${pull.body.number}-`
  const refs = await forge.git.run(folder, ['for-each-ref', '--format=%(refname)', 'refs/heads/gh-readonly-queue/'])
  const ref = refs.split('\n').find((name) => name.startsWith(prefix))
  const queued = ref === undefined ? undefined : await readRef(forge.git, folder, ref)
  if (ref === undefined || queued === undefined) throw new Refusal(404, 'The pull request is not in the merge queue')
  const baseSha = ref.slice(prefix.length)
  if (reason === 'merged') {
    await forge.git.run(folder, ['update-ref', base, queued.sha, baseSha])
    await announceOwn(forge, repository, { ref: base, before: baseSha, after: queued.sha, pusher: by })
  }
  const group = { head_sha: queued.sha, head_ref: ref, base_sha: baseSha, base_ref: base }
  await tellGroup(forge, repository, { group, action: 'destroyed', sender: by, reason })
  await forge.git.run(folder, ['update-ref', '-d', ref])
  await announceOwn(forge, repository, { ref, before: queued.sha, after: NO_COMMIT, pusher: by })
}

async function tellGroup(
  forge: Forge,
  repository: Repository,
  event: { group: Queued; action: 'checks_requested' | 'destroyed'; sender: Account; reason?: string },
): Promise<void> {
  const { group, action, sender, reason } = event
  const commit = await readCommit(forge.git, forge.git.folder(repository.id), group.head_sha)
  const { sha: id, tree, message, author, committer } = commit
  const head_commit = {
    id,
    tree_id: tree,
    message,
    timestamp: committer.date,
    author: { name: author.name, email: author.email },
    committer: { name: committer.name, email: committer.email },
  }
  const body = { merge_group: { ...group, head_commit }, ...(reason === undefined ? {} : { reason }) }
  tell(forge, repository, { name: 'merge_group', action, sender, body })
}
