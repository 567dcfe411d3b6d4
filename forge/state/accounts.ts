import type { Database } from './database.ts'

export interface Account {
  readonly id: number
  readonly login: string
  readonly type: 'User' | 'Bot'
}

/** The person that `Authorization: Bearer local` names, who may do everything. */
export const PERSON = 'local'

/** The account with this login, made when it is new; GitHub's logins do not tell upper from lower case. */
export function ensureAccount(database: Database, login: string): Account {
  const known = findAccount(database, login)
  if (known !== undefined) return known
  // GitHub keeps this ending for the accounts of Apps: no person can have it.
  const type = login.endsWith('[bot]') ? 'Bot' : 'User'
  const { id } = database.run('INSERT INTO accounts (login, type) VALUES (?, ?)', login, type)
  return { id, login, type }
}

export function findAccount(database: Database, login: string): Account | undefined {
  return database.one<Account>('SELECT id, login, type FROM accounts WHERE login = ?', login)
}

export function accountById(database: Database, id: number): Account | undefined {
  return database.one<Account>('SELECT id, login, type FROM accounts WHERE id = ?', id)
}
