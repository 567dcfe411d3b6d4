import { ensureAccount, findAccount, type Account } from './accounts.ts'
import type { Database } from './database.ts'
import { repositoryById, type Repository } from './repositories.ts'

/** Gives a repository another name or owner; its former name leads to it until somebody else takes it. */
export function renameRepository(
  database: Database,
  repository: Repository,
  to: { owner: Account; name: string },
): void {
  const { id, owner, name } = repository
  database.transaction(() => {
    database.run('DELETE FROM former_names WHERE account_id = ? AND name = ?', to.owner.id, to.name)
    database.run('UPDATE repositories SET account_id = ?, name = ? WHERE id = ?', to.owner.id, to.name, id)
    if (owner.id === to.owner.id && name.toLowerCase() === to.name.toLowerCase()) return
    const sql = 'INSERT OR REPLACE INTO former_names (account_id, name, repository_id) VALUES (?, ?, ?)'
    database.run(sql, owner.id, name, id)
  })
}

/** The repository that once had this name, and that no other has now. */
export function formerlyNamed(database: Database, owner: string, name: string): Repository | undefined {
  const account = findAccount(database, owner)
  if (account === undefined) return undefined
  const sql = 'SELECT repository_id AS id FROM former_names WHERE account_id = ? AND name = ?'
  const row = database.one<{ id: number }>(sql, account.id, name)
  return row === undefined ? undefined : repositoryById(database, row.id)
}

export function setPrivate(database: Database, id: number, isPrivate: boolean): void {
  database.run('UPDATE repositories SET private = ? WHERE id = ?', Number(isPrivate), id)
}

export function setArchived(database: Database, id: number, isArchived: boolean): void {
  database.run('UPDATE repositories SET archived = ? WHERE id = ?', Number(isArchived), id)
}

export function markFork(database: Database, id: number, parentId: number): void {
  database.run('UPDATE repositories SET fork = 1, parent_id = ? WHERE id = ?', parentId, id)
}

/** A fork's row; what is in it is git's to copy. */
export function addFork(
  database: Database,
  parent: Repository,
  fork: { owner: string; name: string; nowMs: number },
): number {
  const { id } = database.run(
    `INSERT INTO repositories (account_id, name, default_branch, created_at_ms, pushed_at_ms, private)
     VALUES (?, ?, ?, ?, ?, ?)`,
    ensureAccount(database, fork.owner).id,
    fork.name,
    parent.defaultBranch,
    fork.nowMs,
    parent.pushedAtMs,
    Number(parent.private),
  )
  markFork(database, id, parent.id)
  return id
}

/** Forgets a repository and everything about it. */
export function removeRepository(database: Database, id: number): void {
  database.transaction(() => {
    const tables = [
      'former_names',
      'collaborators',
      'installed_repositories',
      'announced_refs',
      'downloads',
      'statuses',
      'records',
    ]
    for (const table of tables) database.run(`DELETE FROM ${table} WHERE repository_id = ?`, id)
    database.run('UPDATE repositories SET parent_id = NULL WHERE parent_id = ?', id)
    database.run('DELETE FROM repositories WHERE id = ?', id)
  })
}
