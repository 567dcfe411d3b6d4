import type { Forge } from '../forge.ts'
import { isAncestor, readRef } from '../git/refs.ts'
import { Refusal } from '../http/refusal.ts'
import { announceOwn } from '../push/announce.ts'
import type { Account } from '../state/accounts.ts'
import type { Repository } from '../state/repositories.ts'

/**
 * GitHub's default before a deployment: a branch that is behind the default branch gets that merged into it, and no deployment is
 * made. https://docs.github.com/en/rest/deployments/deployments#merged-branch-response
 *
 * @returns the words for that answer; undefined when there is nothing to merge, as for every ref that is no branch.
 * @throws Refusal 409 when the two conflict.
 */
export async function autoMerge(
  forge: Forge,
  repository: Repository,
  { ref: name, by }: { readonly ref: string; readonly by: Account },
): Promise<string | undefined> {
  const { git } = forge
  const folder = git.folder(repository.id)
  const ref = `refs/heads/${name}`
  const branch = await readRef(git, folder, ref)
  const base = await readRef(git, folder, `refs/heads/${repository.defaultBranch}`)
  if (branch === undefined || base === undefined) return undefined
  if (await isAncestor(git, folder, { older: base.sha, newer: branch.sha })) return undefined
  const merge = (await git.ask(folder, ['merge-tree', '--write-tree', branch.sha, base.sha]))?.split('\n')[0]
  if (merge === undefined) throw new Refusal(409, `Conflict merging ${repository.defaultBranch} into ${name}.`)
  const message = `Merge ${repository.defaultBranch} into ${name}`
  const args = ['commit-tree', merge, '-p', branch.sha, '-p', base.sha, '-m', message]
  const sha = (await git.run(folder, args)).trim()
  await git.run(folder, ['update-ref', ref, sha, branch.sha])
  await announceOwn(forge, repository, { ref, before: branch.sha, after: sha, pusher: by })
  return `Auto-merged ${repository.defaultBranch} into ${name} on deployment.`
}
