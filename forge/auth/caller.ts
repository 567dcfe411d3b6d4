import { randomBytes } from 'node:crypto'
import { ensureAccount, installationById, PERSON, type Account } from '../state/accounts.ts'
import type { Database } from '../state/database.ts'
import { findToken, type TokenGrant } from '../state/tokens.ts'
import type { AppIdentity } from './credentials.ts'
import { faultOfJwt, looksLikeJwt } from './jwt.ts'

/** Who sent a request, proven. */
export type Caller =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'person' }
  | { readonly kind: 'app' }
  | { readonly kind: 'installation'; readonly grant: TokenGrant; readonly account: Account }
  | { readonly kind: 'refused'; readonly message: string }

interface Known {
  readonly database: Database
  readonly app: AppIdentity
  readonly nowMs: number
}

/** Reads the `Authorization` header; both `Bearer` and `token` are GitHub's. */
export function identify(authorization: string | undefined, { database, app, nowMs }: Known): Caller {
  if (authorization === undefined || authorization === '') return { kind: 'anonymous' }
  const token = /^(?:bearer|token) +(\S+)$/i.exec(authorization)?.[1]
  if (token === undefined) return { kind: 'refused', message: 'Bad credentials' }
  if (token === PERSON) return { kind: 'person' }
  if (looksLikeJwt(token)) {
    const fault = faultOfJwt(token, app, nowMs)
    return fault === undefined ? { kind: 'app' } : { kind: 'refused', message: fault }
  }
  const grant = findToken(database, token, nowMs)
  const account = grant === undefined ? undefined : installationById(database, grant.installationId)?.account
  if (grant === undefined || account === undefined) return { kind: 'refused', message: 'Bad credentials' }
  return { kind: 'installation', grant, account }
}

/** The account whose name stands on what the caller writes. */
export function authorOf(caller: Caller, database: Database, app: AppIdentity): Account {
  if (caller.kind === 'installation' || caller.kind === 'app') return ensureAccount(database, `${app.slug}[bot]`, 'Bot')
  return ensureAccount(database, PERSON)
}

/** A new installation token in GitHub's format since 2026, with dots and some 520 characters. */
export function newToken(appId: number): string {
  const part = (bytes: number) => randomBytes(bytes).toString('base64url')
  return `ghs_${appId}_${part(30)}.${part(270)}.${part(64)}`
}
