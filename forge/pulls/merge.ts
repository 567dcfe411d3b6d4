import type { Forge } from '../forge.ts'
import { Refusal } from '../http/refusal.ts'
import { announceOwn } from '../push/announce.ts'
import type { Account } from '../state/accounts.ts'
import type { Stored } from '../state/records.ts'
import type { Repository } from '../state/repositories.ts'
import { readRef } from '../git/refs.ts'

/**
 * Merges a pull request with a merge commit; the push of the base branch that follows closes it.
 *
 * @returns the merge commit's sha.
 * @throws Refusal 405 when it is not open or does not merge cleanly.
 */
export async function mergePull(
  forge: Forge,
  repository: Repository,
  { pull, by }: { readonly pull: Stored<'pull'>; readonly by: Account },
): Promise<string> {
  const { sha, baseSha } = await mergeCommit(forge, repository, pull)
  const ref = `refs/heads/${pull.body.baseBranch}`
  await forge.git.run(forge.git.folder(repository.id), ['update-ref', ref, sha, baseSha])
  await announceOwn(forge, repository, { ref, before: baseSha, after: sha, pusher: by })
  return sha
}

/**
 * A commit that holds both the base branch as it is and the pull request; no branch moves.
 *
 * @throws Refusal 405 when the pull request is not open or does not merge cleanly.
 */
export async function mergeCommit(
  { git }: Forge,
  repository: Repository,
  pull: Stored<'pull'>,
): Promise<{ readonly sha: string; readonly baseSha: string }> {
  const { state, headSha, baseBranch, number, title } = pull.body
  const folder = git.folder(repository.id)
  const base = await readRef(git, folder, `refs/heads/${baseBranch}`)
  if (state !== 'open' || base === undefined) throw new Refusal(405, 'Pull Request is not mergeable')
  const tree = (await git.ask(folder, ['merge-tree', '--write-tree', base.sha, headSha]))?.split('\n')[0]
  if (tree === undefined) throw new Refusal(405, 'Pull Request has merge conflicts')
  const message = `Merge pull request #${number}\n\n${title}`
  const args = ['commit-tree', tree, '-p', base.sha, '-p', headSha, '-m', message]
  return { sha: (await git.run(folder, args)).trim(), baseSha: base.sha }
}
