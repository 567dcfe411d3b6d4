import { inspect } from 'node:util'
import { expect, it } from 'vitest'
import { createLog } from '../../src/log.ts'
import { createRedactor } from '../../src/redact.ts'
import { Secret } from '../../src/secret.ts'

const redact = createRedactor([new Secret('hook\n"secret"')])

it('takes out installation tokens of both lengths', () => {
  const long = `ghs_123_eyJ${'a'.repeat(200)}.${'b'.repeat(200)}.${'c'.repeat(80)}-_x`
  expect(redact(`a ghs_${'A1'.repeat(18)} b ${long} c`)).toBe('a [token] b [token] c')
})

it('takes out JWTs, keys and secrets, also as they stand in JSON', () => {
  expect(redact(`bearer eyJhbGciOiJSUzI1.eyJpc3MiOiI3In0xx.c2lnbmF0dXJl`)).toBe('bearer [token]')
  expect(redact('-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----!')).toBe('[key]!')
  expect(redact(JSON.stringify({ a: 'hook\n"secret"' }))).toBe('{"a":"[secret]"}')
})

it('prints a secret as a redaction, however it is printed', () => {
  const secret = new Secret('open sesame')
  expect(`${String(secret)} ${JSON.stringify({ secret })} ${inspect({ secret })}`).not.toContain('sesame')
  expect(secret.reveal()).toBe('open sesame')
})

it('keeps requests and payloads of errors out of the log, and secrets out of their words', () => {
  const lines: string[] = []
  const log = createLog({ level: 'info', secrets: [new Secret('sesame')], write: (line) => lines.push(line) })
  const error = Object.assign(new Error('bad sesame'), { status: 500, request: { headers: { a: 'private' } } })
  log.error({ err: new AggregateError([error], 'all') }, 'it failed')
  log.error(error)
  expect(lines.join('')).not.toMatch(/sesame|private/)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ msg: 'it failed', err: { errors: [{ status: 500 }] } })
})
