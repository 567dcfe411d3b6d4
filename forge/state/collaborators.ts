import { PERSON, type Account } from './accounts.ts'
import type { Database } from './database.ts'
import type { Repository } from './repositories.ts'

export const PERMISSIONS = ['none', 'read', 'triage', 'write', 'maintain', 'admin'] as const

/** GitHub's roles on a repository, each with everything that stands before it. */
export type Permission = (typeof PERMISSIONS)[number]

export function setPermission(
  database: Database,
  of: { readonly repositoryId: number; readonly accountId: number },
  permission: Permission,
): void {
  database.run(
    `INSERT INTO collaborators (repository_id, account_id, permission) VALUES (?, ?, ?)
     ON CONFLICT (repository_id, account_id) DO UPDATE SET permission = excluded.permission`,
    of.repositoryId,
    of.accountId,
    permission,
  )
}

/** What a person may do: an owner everything, everybody else what was noted; and all may read what is public. */
export function permissionOf(database: Database, repository: Repository, account: Account): Permission {
  if (account.login === PERSON || account.id === repository.owner.id) return 'admin'
  const known = database.one<{ permission: Permission }>(
    'SELECT permission FROM collaborators WHERE repository_id = ? AND account_id = ?',
    repository.id,
    account.id,
  )
  const noted = known?.permission ?? 'none'
  return noted === 'none' && !repository.private ? 'read' : noted
}

export function reaches(has: Permission, needed: Permission): boolean {
  return PERMISSIONS.indexOf(has) >= PERMISSIONS.indexOf(needed)
}
