import { randomBytes } from 'node:crypto'
import { ensureAccount, PERSON, type Account } from '../state/accounts.ts'
import { PERMISSIONS, type Permission } from '../state/collaborators.ts'
import type { Database } from '../state/database.ts'
import { installationById, type Installation } from '../state/installations.ts'
import { findToken, type TokenGrant } from '../state/tokens.ts'
import type { AppIdentity } from './credentials.ts'
import { faultOfJwt, looksLikeJwt } from './jwt.ts'

/** Who sent a request, proven. */
export type Caller =
  | { readonly kind: 'anonymous' }
  /** A permission that stands in the token holds from then on, for every repository it is used with. */
  | { readonly kind: 'person'; readonly login: string; readonly permission?: Permission }
  | { readonly kind: 'app' }
  | { readonly kind: 'installation'; readonly grant: TokenGrant; readonly installation: Installation }
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
  const person = personOf(token)
  if (person !== undefined) return person
  if (looksLikeJwt(token)) {
    const fault = faultOfJwt(token, app, nowMs)
    return fault === undefined ? { kind: 'app' } : { kind: 'refused', message: fault }
  }
  const grant = findToken(database, token, nowMs)
  const installation = grant === undefined ? undefined : installationById(database, grant.installationId)
  if (grant === undefined || installation === undefined) return { kind: 'refused', message: 'Bad credentials' }
  return { kind: 'installation', grant, installation }
}

/** `local`, who may do everything; or `local:<login>` and `local:<login>:<permission>`, for whoever is to be somebody else. */
function personOf(token: string): (Caller & { kind: 'person' }) | undefined {
  const [head, login = PERSON, permission, ...rest] = token.split(':')
  if (head !== PERSON || rest.length > 0 || !/^[a-z\d][a-z\d-]{0,38}(?:\[bot\])?$/i.test(login)) return undefined
  if (permission === undefined) return { kind: 'person', login }
  const role = PERMISSIONS.find((name) => name === permission)
  return role === undefined ? undefined : { kind: 'person', login, permission: role }
}

/** The account whose name stands on what the caller writes. */
export function authorOf(caller: Caller, database: Database, app: AppIdentity): Account {
  if (caller.kind === 'installation' || caller.kind === 'app') return ensureAccount(database, `${app.slug}[bot]`)
  return ensureAccount(database, caller.kind === 'person' ? caller.login : PERSON)
}

/** A new installation token in GitHub's format since 2026, with dots and some 520 characters. */
export function newToken(appId: number): string {
  const part = (bytes: number) => randomBytes(bytes).toString('base64url')
  return `ghs_${appId}_${part(30)}.${part(270)}.${part(64)}`
}
