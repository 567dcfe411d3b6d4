import { verify } from 'node:crypto'
import { z } from 'zod'
import type { AppIdentity } from './credentials.ts'

const header = z.object({ alg: z.literal('RS256') })
const claims = z.object({ iss: z.union([z.number(), z.string()]).optional(), iat: z.unknown(), exp: z.unknown() })

const LONGEST_SECONDS = 600

/** Undefined when the token proves that its bearer is the App; else GitHub's words of what is wrong with it. */
export function faultOfJwt(token: string, app: AppIdentity, nowMs: number): string | undefined {
  const [head = '', body = '', signature = '', ...rest] = token.split('.')
  if (rest.length > 0 || !header.safeParse(decode(head)).success) return 'A JSON web token could not be decoded'
  const signed = verify('sha256', Buffer.from(`${head}.${body}`), app.publicKey, Buffer.from(signature, 'base64url'))
  const parsed = claims.safeParse(decode(body))
  if (!signed || !parsed.success) return 'A JSON web token could not be decoded'

  const { iss, iat, exp } = parsed.data
  const nowSeconds = Math.floor(nowMs / 1000)
  if (String(iss) !== String(app.appId) && iss !== app.clientId) return 'Integration not found'
  if (!isInteger(iat) || iat > nowSeconds) {
    return "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"
  }
  if (!isInteger(exp) || exp <= nowSeconds) {
    return "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires"
  }
  if (exp > nowSeconds + LONGEST_SECONDS) return "'Expiration time' claim ('exp') is too far in the future"
  return undefined
}

/** Tells an App's JWT from an installation's token, which also has dots. */
export function looksLikeJwt(token: string): boolean {
  return token.startsWith('eyJ') && token.split('.').length === 3
}

function isInteger(value: unknown): value is number {
  return Number.isInteger(value)
}

function decode(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
  } catch {
    // Not JSON: refused by the schema like any other wrong content.
    return undefined
  }
}
