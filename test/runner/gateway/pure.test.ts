import { describe, expect, it } from 'vitest'
import { addressKey } from '../../../runner/gateway/request/connections.ts'
import { canonicalHost } from '../../../runner/gateway/request/host.ts'
import { plainAddress } from '../../../runner/gateway/request/address.ts'
import { readReplyHead } from '../../../runner/gateway/upstream/reply-head.ts'

describe('a host name', () => {
  it.each([
    ['Hello.LOCALHOST', 'hello.localhost'],
    ['a.b:8080', 'a.b'],
    ['a.b.', 'a.b'],
    ['a.b.:80', 'a.b'],
    ['a.b:', 'a.b'],
    ['127.0.0.1:1', '127.0.0.1'],
    ['[::1]:8080', '[::1]'],
  ])('%s is %s', (value, host) => expect(canonicalHost(value)).toBe(host))

  it.each(['', '.', ':80', 'a b', 'a/b', 'a@b', 'a,b', 'a:b', 'a:999999', 'a\tb', 'é', 'a'.repeat(254), '..', '-a'])(
    'is not what %j is',
    (value) => expect(canonicalHost(value)).toBeUndefined(),
  )
})

describe('an address', () => {
  it('is counted as what one customer holds, and loopback not at all', () => {
    expect(addressKey('127.0.0.1')).toBeUndefined()
    expect(addressKey('::1')).toBeUndefined()
    expect(addressKey('::ffff:127.0.0.1')).toBeUndefined()
    expect(addressKey('::ffff:192.0.2.7')).toBe('192.0.2.7')
    expect(addressKey('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2')
    expect(addressKey('2001:db8:1:2::9')).toBe('2001:db8:1:2')
    expect(addressKey('2001:db8::9')).toBe('2001:db8:0:0')
  })

  it('is told to micros without its IPv6 wrapping', () => {
    expect(plainAddress('::ffff:192.0.2.7')).toBe('192.0.2.7')
    expect(plainAddress('2001:db8::9')).toBe('2001:db8::9')
  })
})

describe("a micro's answer", () => {
  const of = { host: 'a.localhost', requestId: 'r', maximumFields: 10 }

  it('keeps repeated fields and their case, and gets our request id', () => {
    const rawHeaders = ['X-A', '1', 'X-A', '2', 'X-Request-Id', 'theirs', 'Content-Length', '3']
    expect(readReplyHead({ status: 200, reason: '', rawHeaders }, of)?.fields).toEqual([
      'X-A',
      '1',
      'X-A',
      '2',
      'Content-Length',
      '3',
      'X-Request-Id',
      'r',
    ])
  })

  it('has no length where it can have no body', () => {
    const fields = readReplyHead({ status: 204, reason: '', rawHeaders: ['Content-Length', '3'] }, of)?.fields
    expect(fields).not.toContain('Content-Length')
  })

  it('is refused with too many fields', () => {
    expect(readReplyHead({ status: 200, reason: '', rawHeaders: Array<string>(22).fill('a') }, of)).toBeUndefined()
  })

  it('keeps only plain reason words', () => {
    expect(readReplyHead({ status: 200, reason: 'Fine', rawHeaders: [] }, of)?.reason).toBe('Fine')
    expect(readReplyHead({ status: 200, reason: 'F\u00fcr', rawHeaders: [] }, of)?.reason).toBe('')
  })
})
