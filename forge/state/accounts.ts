import type { Database } from './database.ts'

export interface Account {
  readonly id: number
  readonly login: string
  readonly type: 'User' | 'Bot'
}

export interface Installation {
  readonly id: number
  readonly account: Account
  readonly createdAtMs: number
}

/** The person that `Authorization: Bearer local` names, who may do everything. */
export const PERSON = 'local'

/** The account with this login, made when it is new; GitHub's logins do not tell upper from lower case. */
export function ensureAccount(database: Database, login: string, type: Account['type'] = 'User'): Account {
  const known = findAccount(database, login)
  if (known !== undefined) return known
  const { id } = database.run('INSERT INTO accounts (login, type) VALUES (?, ?)', login, type)
  return { id, login, type }
}

export function findAccount(database: Database, login: string): Account | undefined {
  return database.one<Account>('SELECT id, login, type FROM accounts WHERE login = ?', login)
}

export function accountById(database: Database, id: number): Account | undefined {
  return database.one<Account>('SELECT id, login, type FROM accounts WHERE id = ?', id)
}

/** The App is installed on every owner, with all of its repositories. */
export function ensureInstallation(database: Database, account: Account, nowMs: number): Installation {
  const known = listInstallations(database).find((installation) => installation.account.id === account.id)
  if (known !== undefined) return known
  const { id } = database.run('INSERT INTO installations (account_id, created_at_ms) VALUES (?, ?)', account.id, nowMs)
  return { id, account, createdAtMs: nowMs }
}

export function listInstallations(database: Database): Installation[] {
  const rows = database.all<{
    id: number
    createdAtMs: number
    accountId: number
    login: string
    type: Account['type']
  }>(
    `SELECT i.id, i.created_at_ms AS createdAtMs, a.id AS accountId, a.login, a.type
     FROM installations i JOIN accounts a ON a.id = i.account_id ORDER BY i.id`,
  )
  return rows.map(({ id, createdAtMs, accountId, login, type }) => ({
    id,
    createdAtMs,
    account: { id: accountId, login, type },
  }))
}

export function installationById(database: Database, id: number): Installation | undefined {
  return listInstallations(database).find((installation) => installation.id === id)
}

export function installationOf(database: Database, account: Account): Installation | undefined {
  return listInstallations(database).find((installation) => installation.account.id === account.id)
}
