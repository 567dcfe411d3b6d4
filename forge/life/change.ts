import { rm } from 'node:fs/promises'
import type { Forge } from '../forge.ts'
import { invalid } from '../http/refusal.ts'
import { accountShape } from '../shapes/account.ts'
import { ensureAccount, type Account } from '../state/accounts.ts'
import { hearing, keepUninstalled } from '../state/installations.ts'
import { removeRepository, renameRepository, setArchived, setPrivate } from '../state/repository-changes.ts'
import { findRepository, repositoryById, validNames, type Repository } from '../state/repositories.ts'
import { tell } from '../webhooks/tell.ts'

/**
 * Renames a repository and tells of it.
 *
 * @throws Refusal 422 when the name is taken or none.
 */
export function rename(forge: Forge, repository: Repository, to: { name: string; sender: Account }): Repository {
  refuseTaken(forge, repository, { owner: repository.owner.login, name: to.name })
  renameRepository(forge.database, repository, { owner: repository.owner, name: to.name })
  const changed = now(forge, repository)
  const body = { changes: { repository: { name: { from: repository.name } } } }
  tell(forge, changed, { name: 'repository', action: 'renamed', sender: to.sender, body })
  return changed
}

/**
 * Gives a repository to another owner, and tells the App there, as GitHub does: where it is not installed, it hears nothing.
 *
 * @throws Refusal 422 when the name is taken or none.
 */
export function transfer(
  forge: Forge,
  repository: Repository,
  to: { owner: string; name: string; sender: Account },
): Repository {
  refuseTaken(forge, repository, to)
  const owner = ensureAccount(forge.database, to.owner)
  keepUninstalled(forge.database, owner)
  renameRepository(forge.database, repository, { owner, name: to.name })
  const changed = now(forge, repository)
  const body = { changes: { owner: { from: { user: accountShape(forge.urls, repository.owner) } } } }
  tell(forge, changed, { name: 'repository', action: 'transferred', sender: to.sender, body })
  return changed
}

/** Hides a repository, or shows it. */
export function changeVisibility(
  forge: Forge,
  repository: Repository,
  to: { readonly visibility: 'private' | 'public'; readonly sender: Account },
): Repository {
  const isPrivate = to.visibility === 'private'
  if (repository.private === isPrivate) return repository
  setPrivate(forge.database, repository.id, isPrivate)
  const changed = now(forge, repository)
  const action = isPrivate ? 'privatized' : 'publicized'
  tell(forge, changed, { name: 'repository', action, sender: to.sender })
  return changed
}

/** Makes a repository read-only, or writable again. */
export function archive(
  forge: Forge,
  repository: Repository,
  to: { readonly archived: boolean; readonly sender: Account },
): Repository {
  if (repository.archived === to.archived) return repository
  setArchived(forge.database, repository.id, to.archived)
  const changed = now(forge, repository)
  const action = to.archived ? 'archived' : 'unarchived'
  tell(forge, changed, { name: 'repository', action, sender: to.sender })
  return changed
}

/** Deletes a repository for good; open pull requests from it lose their head. */
export async function deleteRepository(forge: Forge, repository: Repository, sender: Account): Promise<void> {
  const installation = hearing(forge.database, repository)
  removeRepository(forge.database, repository.id)
  if (installation !== undefined) {
    tell(forge, repository, { name: 'repository', action: 'deleted', sender, installation })
  }
  await rm(forge.git.folder(repository.id), { recursive: true, force: true })
}

function refuseTaken({ database }: Forge, repository: Repository, to: { owner: string; name: string }): void {
  const twin = findRepository(database, to.owner, to.name)
  const taken = twin !== undefined && twin.id !== repository.id
  if (!taken && validNames(to.owner, to.name)) return
  const message = taken ? 'name already exists on this account' : 'name is not allowed'
  throw invalid({ resource: 'Repository', field: 'name', message })
}

function now({ database }: Forge, { id, name }: Repository): Repository {
  const repository = repositoryById(database, id)
  if (repository === undefined) throw new Error(`the repository ${name} is not there`)
  return repository
}
