import { ensureAccount, type Account } from './accounts.ts'
import type { Database } from './database.ts'
import { ensureInstallation } from './installations.ts'

export interface Repository {
  readonly id: number
  readonly name: string
  readonly owner: Account
  readonly defaultBranch: string
  readonly createdAtMs: number
  readonly pushedAtMs: number
  readonly fork: boolean
  /** What it is a fork of, as long as that is there. */
  readonly parentId: number | null
  readonly private: boolean
  /** Nobody can write to it. */
  readonly archived: boolean
}

interface Row {
  readonly id: number
  readonly name: string
  readonly defaultBranch: string | null
  readonly createdAtMs: number
  readonly pushedAtMs: number | null
  readonly accountId: number
  readonly login: string
  readonly type: Account['type']
  readonly fork: number
  readonly parentId: number | null
  readonly private: number
  readonly archived: number
}

const SELECT = `SELECT r.id, r.name, r.default_branch AS defaultBranch, r.created_at_ms AS createdAtMs,
  r.pushed_at_ms AS pushedAtMs, r.fork, r.parent_id AS parentId, r.private, r.archived, a.id AS accountId, a.login, a.type
  FROM repositories r JOIN accounts a ON a.id = r.account_id`

/** GitHub's own rules for names; nothing that matches can be anything but one segment of a path. */
const OWNER = /^[a-z\d](?:[a-z\d]|-(?=[a-z\d])){0,38}$/i
const REPOSITORY = /^(?!\.{1,2}$)[\w.-]{1,100}$/

export function validNames(owner: string, name: string): boolean {
  return OWNER.test(owner) && REPOSITORY.test(name) && !name.toLowerCase().endsWith('.git')
}

/** The id of a repository that may not have received a push yet; made when it is new. */
export function reserveRepository(database: Database, names: { owner: string; name: string }, nowMs: number): number {
  return database.transaction(() => {
    const account = ensureAccount(database, names.owner)
    const sql = 'SELECT id FROM repositories WHERE account_id = ? AND name = ?'
    const known = database.one<{ id: number }>(sql, account.id, names.name)
    if (known !== undefined) return known.id
    return database.run(
      'INSERT INTO repositories (account_id, name, created_at_ms) VALUES (?, ?, ?)',
      account.id,
      names.name,
      nowMs,
    ).id
  })
}

/** Notes a push. The first one makes the repository visible, with a default branch and an installation of the App. */
export function notePush(database: Database, id: number, push: { defaultBranch: string; nowMs: number }): void {
  database.run(
    'UPDATE repositories SET default_branch = coalesce(default_branch, ?), pushed_at_ms = ? WHERE id = ?',
    push.defaultBranch,
    push.nowMs,
    id,
  )
  const repository = repositoryById(database, id)
  if (repository !== undefined) ensureInstallation(database, repository.owner, push.nowMs)
}

export function setDefaultBranch(database: Database, id: number, branch: string): void {
  database.run('UPDATE repositories SET default_branch = ? WHERE id = ?', branch, id)
}

/** A repository that has received a push, by its name of today; others do not exist for anybody. */
export function findRepository(database: Database, owner: string, name: string): Repository | undefined {
  return toRepository(database.one<Row>(`${SELECT} WHERE a.login = ? AND r.name = ?`, owner, name))
}

export function repositoryById(database: Database, id: number): Repository | undefined {
  return toRepository(database.one<Row>(`${SELECT} WHERE r.id = ?`, id))
}

export function repositoriesOf(database: Database, account: Account): Repository[] {
  return database
    .all<Row>(`${SELECT} WHERE a.id = ? ORDER BY r.id`, account.id)
    .map(toRepository)
    .filter((repository) => repository !== undefined)
}

export function allRepositories(database: Database): Repository[] {
  return database
    .all<Row>(`${SELECT} ORDER BY r.id`)
    .map(toRepository)
    .filter((repository) => repository !== undefined)
}

function toRepository(row: Row | undefined): Repository | undefined {
  if (row?.pushedAtMs === undefined || row.pushedAtMs === null || row.defaultBranch === null) return undefined
  return {
    id: row.id,
    name: row.name,
    owner: { id: row.accountId, login: row.login, type: row.type },
    defaultBranch: row.defaultBranch,
    createdAtMs: row.createdAtMs,
    pushedAtMs: row.pushedAtMs,
    fork: row.fork === 1,
    parentId: row.parentId,
    private: row.private === 1,
    archived: row.archived === 1,
  }
}
