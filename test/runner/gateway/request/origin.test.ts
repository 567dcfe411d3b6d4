import { describe, expect, it } from 'vitest'
import { parseTrustedProxies } from '../../../../contract/trusted-proxies.ts'
import { trustedIn } from '../../../../runner/gateway/request/address.ts'
import { originReader } from '../../../../runner/gateway/request/origin.ts'
import { ask } from '../support/client.ts'
import { HOST, stageWith } from '../support/stage.ts'

type Fields = readonly (readonly [string, string])[]

interface Case {
  readonly trusted?: string
  readonly peer?: string
  readonly fields?: Fields
}

function originOf({ trusted = 'loopback, 192.0.2.0/24, 2001:db8::/32', peer = '127.0.0.1', fields = [] }: Case) {
  const read = originReader(trustedIn(parseTrustedProxies(trusted)), 'http')
  return read({ peer, rawHeaders: fields.flat(), authority: 'a.example' })
}

const chain = (value: string): Fields => [['X-Forwarded-For', value]]

describe('the client behind proxies', () => {
  it.each<[string, Case, string]>([
    ['no proxy: the peer, whatever it claims', { peer: '203.0.113.9', fields: chain('6.6.6.6') }, '203.0.113.9'],
    ['nobody trusted: a local peer is the client', { trusted: '', fields: chain('6.6.6.6') }, '127.0.0.1'],
    ['one proxy', { fields: chain('203.0.113.9') }, '203.0.113.9'],
    ['one proxy, and a client that forged a beginning', { fields: chain('6.6.6.6, 203.0.113.9') }, '203.0.113.9'],
    ['two proxies', { fields: chain('203.0.113.9, 192.0.2.7') }, '203.0.113.9'],
    ['two proxies and a forger', { fields: chain('127.0.0.1, 6.6.6.6, 203.0.113.9,192.0.2.7') }, '203.0.113.9'],
    [
      'a chain over several fields',
      { fields: [...chain('6.6.6.6'), ...chain('203.0.113.9'), ...chain('192.0.2.7')] },
      '203.0.113.9',
    ],
    ['proxies alone', { fields: chain('192.0.2.1, 192.0.2.7') }, '192.0.2.1'],
    ['IPv6', { peer: '2001:db8::1', fields: chain('2A00::7') }, '2a00::7'],
    ['IPv6 with brackets and port', { fields: chain('[2a00::7]:443') }, '2a00::7'],
    ['IPv4 with a port', { fields: chain('203.0.113.9:5123') }, '203.0.113.9'],
    ['a peer of a dual-stack socket', { peer: '::ffff:192.0.2.7', fields: chain('::ffff:203.0.113.9') }, '203.0.113.9'],
    ['a trusted proxy that says nothing', {}, '127.0.0.1'],
    ['a trusted proxy that does not know', { fields: chain('203.0.113.9, unknown') }, '127.0.0.1'],
    ['junk left of what is known', { fields: chain('<script>, 192.0.2.7') }, '192.0.2.7'],
    ['an empty field', { fields: chain('') }, '127.0.0.1'],
  ])('%s', (_name, given, address) => {
    expect(originOf(given).address).toBe(address)
  })

  it('is never taken from fields that proxies hand on unseen', () => {
    const fields: Fields = [
      ['Forwarded', 'for=6.6.6.6;proto=https'],
      ['X-Real-IP', '6.6.6.6'],
      ['X_Forwarded_For', '6.6.6.6'],
    ]
    expect(originOf({ fields })).toEqual({ address: '127.0.0.1', scheme: 'http', authority: 'a.example' })
  })

  it('has the scheme and host that its own proxy saw, whether proxies append or replace', () => {
    const both = (proto: string, host: string): Fields => [
      ['X-Forwarded-For', '6.6.6.6, 203.0.113.9, 192.0.2.7'],
      ['X-Forwarded-Proto', proto],
      ['X-Forwarded-Host', host],
    ]
    expect(originOf({ fields: both('https', 'b.example:444') })).toMatchObject({
      scheme: 'https',
      authority: 'b.example:444',
    })
    expect(originOf({ fields: both('http, https, http', 'evil, b.example, inner') })).toMatchObject({
      scheme: 'https',
      authority: 'b.example',
    })
  })

  it('keeps our scheme and host where the proxy says nothing usable', () => {
    const fields: Fields = [
      ['X-Forwarded-Proto', 'gopher'],
      ['X-Forwarded-Host', 'a b/c'],
    ]
    expect(originOf({ fields })).toMatchObject({ scheme: 'http', authority: 'a.example' })
  })
})

describe('a micro behind a trusted proxy', () => {
  const forged = {
    'x-forwarded-for': '6.6.6.6, 203.0.113.9',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'shop.example',
    'x-real-ip': '6.6.6.6',
    forwarded: 'for=6.6.6.6',
    x_forwarded_for: '6.6.6.6',
  }

  it('sees one address, the client’s, in every field that libraries look at', async () => {
    const stage = await stageWith((request, response) => response.end(JSON.stringify(request.headers)), {
      trustedProxies: 'loopback',
    })
    const seen = JSON.parse((await ask(stage, { headers: forged })).body) as Record<string, string>
    expect(seen).toMatchObject({
      'x-forwarded-for': '203.0.113.9',
      'x-real-ip': '203.0.113.9',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'shop.example',
      host: HOST,
    })
    expect(JSON.stringify(seen)).not.toContain('6.6.6.6')
  })

  it('is found by Host alone', async () => {
    const stage = await stageWith((_request, response) => response.end('ok'), { trustedProxies: 'loopback' })
    const answer = await ask(stage, { host: 'other.localhost', headers: { 'x-forwarded-host': HOST } })
    expect(answer.status).toBe(404)
  })
})
