import type { Forge } from '../forge.ts'
import { ensureBareRepository } from '../git/create.ts'
import { ensureAccount } from '../state/accounts.ts'
import { keepUninstalled } from '../state/installations.ts'
import { markAnnounced } from '../state/refs.ts'
import { addFork } from '../state/repository-changes.ts'
import { findRepository, repositoryById, type Repository } from '../state/repositories.ts'
import { listRefs } from '../git/refs.ts'

/** Copies a repository under another owner. As on GitHub the App is not installed there, and hears nothing of its pushes. */
export async function forkRepository(
  forge: Forge,
  parent: Repository,
  to: { readonly owner: string; readonly name: string },
): Promise<Repository> {
  const { database, git } = forge
  const known = findRepository(database, to.owner, to.name)
  if (known !== undefined) return known
  keepUninstalled(database, ensureAccount(database, to.owner))
  const id = addFork(database, parent, { ...to, nowMs: forge.clock() })
  await ensureBareRepository(git, id)
  const folder = git.folder(id)
  await git.run(folder, ['fetch', '--quiet', '--no-tags', git.folder(parent.id), 'refs/heads/*:refs/heads/*'])
  await git.run(folder, ['symbolic-ref', 'HEAD', `refs/heads/${parent.defaultBranch}`])
  for (const [ref, sha] of await listRefs(git, folder, 'refs/heads/')) markAnnounced(database, id, { ref, sha })
  const fork = repositoryById(database, id)
  if (fork === undefined) throw new Error(`the fork ${to.owner}/${to.name} is not there`)
  return fork
}
