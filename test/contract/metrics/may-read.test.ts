import { describe, expect, it } from 'vitest'
import { mayReadMetrics } from '../../../contract/metrics/may-read.ts'

const TOKEN = 'a-token-of-this-test-alone'

function asked(over: {
  readonly headers?: Readonly<Record<string, string>>
  readonly remoteAddress?: string | undefined
  readonly httpVersion?: string
}) {
  const { headers = {}, remoteAddress = '127.0.0.1', httpVersion = '1.1' } = over
  return { headers: { host: '127.0.0.1:4001', ...headers }, httpVersion, socket: { remoteAddress } }
}

describe('without a token', () => {
  it.each(['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1'])('a program at %s may read', (remoteAddress) => {
    expect(mayReadMetrics(asked({ remoteAddress }), undefined)).toBe(true)
  })

  it.each(['192.0.2.1', '10.0.0.1', '172.17.0.1', '::ffff:192.0.2.1', '2001:db8::1', '127.0.0.1.example', ''])(
    'nobody at %j may read',
    (remoteAddress) => {
      expect(mayReadMetrics(asked({ remoteAddress }), undefined)).toBe(false)
    },
  )

  it.each([
    'forwarded',
    'via',
    'x-forwarded-for',
    'x-forwarded-host',
    'x-forwarded-proto',
    'x-forwarded',
    'x-real-ip',
    'x-client-ip',
    'true-client-ip',
    'cf-connecting-ip',
  ])('what a proxy passes on with %s is a stranger’s', (name) => {
    expect(mayReadMetrics(asked({ headers: { [name]: '' } }), undefined)).toBe(false)
    expect(mayReadMetrics(asked({ headers: { [name]: '127.0.0.1' } }), TOKEN)).toBe(false)
  })

  it.each(['bot.example.com', 'localhost.example.com', '127.0.0.1.example.com', 'rebound.example:4001', ''])(
    'a request for the host %j did not mean loopback',
    (host) => {
      expect(mayReadMetrics(asked({ headers: { host } }), undefined)).toBe(false)
    },
  )

  it.each(['localhost', 'LOCALHOST:4001', '127.0.0.1', '[::1]:4002'])('the host %s is loopback’s own', (host) => {
    expect(mayReadMetrics(asked({ headers: { host } }), undefined)).toBe(true)
  })

  it('what nginx passes on when nobody told it anything is refused for its HTTP/1.0', () => {
    expect(mayReadMetrics(asked({ httpVersion: '1.0' }), undefined)).toBe(false)
  })

  it('no token is right where there is none', () => {
    expect(mayReadMetrics(asked({ headers: { authorization: 'Bearer undefined' } }), undefined)).toBe(false)
  })
})

describe('with a token', () => {
  const from = { remoteAddress: '192.0.2.1' }

  it('whoever has it may read, from anywhere and through any proxy', () => {
    const headers = { authorization: `Bearer ${TOKEN}`, 'x-forwarded-for': '192.0.2.7', host: 'bot.example.com' }
    expect(mayReadMetrics(asked({ ...from, headers }), TOKEN)).toBe(true)
    expect(mayReadMetrics(asked({ ...from, headers: { authorization: `bearer  ${TOKEN}` } }), TOKEN)).toBe(true)
  })

  it.each([
    'Bearer wrong',
    `Bearer ${TOKEN}x`,
    `Bearer ${TOKEN.slice(0, -1)}`,
    `Bearer ${TOKEN.toUpperCase()}`,
    `Basic ${TOKEN}`,
    `Bearer ${TOKEN} ${TOKEN}`,
    'Bearer ',
    TOKEN,
  ])('a stranger with %j may not', (authorization) => {
    expect(mayReadMetrics(asked({ ...from, headers: { authorization } }), TOKEN)).toBe(false)
  })

  it('a wrong one is refused on loopback too', () => {
    expect(mayReadMetrics(asked({ headers: { authorization: 'Bearer wrong' } }), TOKEN)).toBe(false)
  })

  it('loopback needs none', () => {
    expect(mayReadMetrics(asked({}), TOKEN)).toBe(true)
  })
})
