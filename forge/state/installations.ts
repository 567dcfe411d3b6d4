import { accountById, type Account } from './accounts.ts'
import type { Database } from './database.ts'
import type { Repository } from './repositories.ts'

type Permissions = Readonly<Record<string, string>>

export interface Installation {
  readonly id: number
  readonly account: Account
  readonly createdAtMs: number
  /** Null while it works. */
  readonly suspendedAtMs: number | null
  /** Undefined: all repositories of the account, also later ones. */
  readonly repositoryIds: readonly number[] | undefined
  /** What the account agreed to; undefined: everything the App asks for. */
  readonly permissions: Permissions | undefined
}

interface Row {
  readonly id: number
  readonly accountId: number
  readonly createdAtMs: number
  readonly suspendedAtMs: number | null
  readonly selected: number
  readonly permissions: string | null
}

/** No account has this id. */
const EVERYBODY = 0

const SELECT = `SELECT id, account_id AS accountId, created_at_ms AS createdAtMs, suspended_at_ms AS suspendedAtMs, selected,
  permissions FROM installations`

/** The App is installed on every owner, with all repositories, unless somebody took it away; undefined then. */
export function ensureInstallation(database: Database, account: Account, nowMs: number): Installation | undefined {
  const known = installationOf(database, account)
  if (known !== undefined) return known
  const refused = database.one('SELECT 1 FROM uninstalled_accounts WHERE account_id IN (?, ?)', account.id, EVERYBODY)
  return refused === undefined ? install(database, account, { nowMs }) : undefined
}

/** Installs the App anew; only on the repositories given, if any. */
export function install(
  database: Database,
  account: Account,
  { nowMs, repositoryIds }: { readonly nowMs: number; readonly repositoryIds?: readonly number[] | undefined },
): Installation {
  database.run('DELETE FROM uninstalled_accounts WHERE account_id = ?', account.id)
  const { id } = database.run('INSERT INTO installations (account_id, created_at_ms) VALUES (?, ?)', account.id, nowMs)
  selectRepositories(database, id, repositoryIds)
  return { id, account, createdAtMs: nowMs, suspendedAtMs: null, repositoryIds, permissions: undefined }
}

/** Takes the App away; a later push does not bring it back. */
export function uninstall(database: Database, { id, account }: Installation): void {
  database.run('DELETE FROM installations WHERE id = ?', id)
  database.run('DELETE FROM installed_repositories WHERE installation_id = ?', id)
  keepUninstalled(database, account)
}

/** Takes the App away everywhere; from now on no push installs it. */
export function uninstallEverywhere(database: Database): void {
  database.transaction(() => {
    database.run('DELETE FROM installations')
    database.run('DELETE FROM installed_repositories')
    database.run('INSERT OR IGNORE INTO uninstalled_accounts (account_id) VALUES (?)', EVERYBODY)
  })
}

/** An account on which pushes do not install the App, such as that of a fork. */
export function keepUninstalled(database: Database, account: Account): void {
  if (installationOf(database, account) !== undefined) return
  database.run('INSERT OR IGNORE INTO uninstalled_accounts (account_id) VALUES (?)', account.id)
}

/** @param atMs null ends the suspension. */
export function suspend(database: Database, id: number, atMs: number | null): void {
  database.run('UPDATE installations SET suspended_at_ms = ? WHERE id = ?', atMs, id)
}

/** @param repositoryIds undefined: all of them. */
export function selectRepositories(database: Database, id: number, repositoryIds: readonly number[] | undefined): void {
  database.run('UPDATE installations SET selected = ? WHERE id = ?', repositoryIds === undefined ? 0 : 1, id)
  database.run('DELETE FROM installed_repositories WHERE installation_id = ?', id)
  for (const repositoryId of repositoryIds ?? []) {
    const sql = 'INSERT INTO installed_repositories (installation_id, repository_id) VALUES (?, ?)'
    database.run(sql, id, repositoryId)
  }
}

/** @param permissions undefined: everything the App asks for. */
export function agreeTo(database: Database, id: number, permissions: Permissions | undefined): void {
  const json = permissions === undefined ? null : JSON.stringify(permissions)
  database.run('UPDATE installations SET permissions = ? WHERE id = ?', json, id)
}

export function listInstallations(database: Database): Installation[] {
  return database.all<Row>(`${SELECT} ORDER BY id`).flatMap((row) => toInstallation(database, row) ?? [])
}

export function installationById(database: Database, id: number): Installation | undefined {
  return toInstallation(database, database.one<Row>(`${SELECT} WHERE id = ?`, id))
}

export function installationOf(database: Database, account: Account): Installation | undefined {
  return toInstallation(database, database.one<Row>(`${SELECT} WHERE account_id = ?`, account.id))
}

/** Whether an installation reaches a repository, suspended or not. */
export function covers({ account, repositoryIds }: Installation, { id, owner }: Repository): boolean {
  return owner.id === account.id && (repositoryIds?.includes(id) ?? true)
}

/** The installation that hears of what happens to a repository: it reaches it, and is not suspended. */
export function hearing(database: Database, repository: Repository): Installation | undefined {
  const installation = installationOf(database, repository.owner)
  if (installation === undefined || installation.suspendedAtMs !== null) return undefined
  return covers(installation, repository) ? installation : undefined
}

function toInstallation(database: Database, row: Row | undefined): Installation | undefined {
  const account = row === undefined ? undefined : accountById(database, row.accountId)
  if (row === undefined || account === undefined) return undefined
  const { id, createdAtMs, suspendedAtMs, permissions } = row
  const sql = 'SELECT repository_id AS id FROM installed_repositories WHERE installation_id = ? ORDER BY repository_id'
  const chosen = () => database.all<{ id: number }>(sql, id).map((each) => each.id)
  return {
    id,
    account,
    createdAtMs,
    suspendedAtMs,
    repositoryIds: row.selected === 1 ? chosen() : undefined,
    permissions: permissions === null ? undefined : (JSON.parse(permissions) as Permissions),
  }
}
