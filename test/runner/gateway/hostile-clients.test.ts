import { describe, expect, it } from 'vitest'
import { ask, raw } from './support/client.ts'
import { HOST } from './support/stage.ts'
import { statuses, witness } from './support/witness.ts'

const smuggled = `GET /smuggled HTTP/1.1\r\nHost: ${HOST}\r\nX: `
const post = (fields: string, body: string): string => `POST / HTTP/1.1\r\nHost: ${HOST}\r\n${fields}\r\n\r\n${body}`
const get = (fields: string): string => `GET / HTTP/1.1\r\nHost: ${HOST}\r\n${fields}\r\n\r\n`
const chunks = `0\r\n\r\n${smuggled}`

/** Each is answered once, with this status, and nothing of it reaches the micro. */
const refused: readonly (readonly [string, number, string])[] = [
  ['CL.TE', 400, post(`Content-Length: ${chunks.length}\r\nTransfer-Encoding: chunked`, chunks)],
  ['TE.CL', 400, post('Transfer-Encoding: chunked\r\nContent-Length: 4', `2e\r\n${smuggled}\r\n0\r\n\r\n`)],
  ['CL.0: a length in words', 400, post('Content-Length: zero', smuggled)],
  ['0.CL: two lengths, the first 0', 400, post('Content-Length: 0\r\nContent-Length: 44', smuggled)],
  ['a length of +5', 400, post('Content-Length: +5', 'hello')],
  ['a length of -5', 400, post('Content-Length: -5', 'hello')],
  ['a length of 0x5', 400, post('Content-Length: 0x5', 'hello')],
  ['a length of 5.0', 400, post('Content-Length: 5.0', 'hello')],
  ['a length of "5 5"', 400, post('Content-Length: 5 5', 'hello')],
  ['an empty length', 400, post('Content-Length: ', 'hello')],
  ['a length that no number holds', 400, post(`Content-Length: ${'9'.repeat(40)}`, 'hello')],
  ...[
    'Transfer-Encoding: xchunked',
    'Transfer-Encoding: chunked, identity',
    'Transfer-Encoding: chunked, chunked',
    'Transfer-Encoding: "chunked"',
    'Transfer-Encoding: chunked;q=1',
    'Transfer-Encoding: chunked\x0b',
    'Transfer-Encoding: \x0cchunked',
    'Transfer-Encoding: chun\x00ked',
    'Transfer-Encoding : chunked',
    'Transfer-Encoding\t: chunked',
    ' Transfer-Encoding: chunked',
    'Transfer-Encoding:\r\n chunked',
    'X: x\nTransfer-Encoding: chunked',
    'X: x\rTransfer-Encoding: chunked',
    'Transfer-Encoding\r\n: chunked',
    'Transfer-Encoding: identity\r\nTransfer-Encoding: chunked',
    'Transfer-Encoding: chunked\r\ntransfer-encoding: x',
    'Transfer-Encoding: \r\nTransfer-Encoding: chunked',
    'Content-Encoding: x\r\nTransfer-Encoding:\tchunked',
  ].map((field): readonly [string, number, string] => [
    `TE.TE: ${JSON.stringify(field)}`,
    400,
    post(`Content-Length: ${chunks.length}\r\n${field}`, chunks),
  ]),
  ['a field without a colon', 400, get('Nonsense')],
  ['a field without a name', 400, get(': x')],
  ['a field name with a space', 400, get('X Y: x')],
  ['a field name with a NUL', 400, get('X\0Y: x')],
  ['a field name beyond ASCII', 400, get('X\xe9: x')],
  ['a control character in a value', 400, get('X: a\x01b')],
  ['a DEL in a value', 400, get('X: a\x7fb')],
  ['a folded value', 400, get('X: a\r\n\tb')],
  ['a bare line feed between fields', 400, get('X: a\nY: b')],
  ['a NUL in the target', 400, `GET /\0 HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`],
  ['a control character in the target', 400, `GET /a\x01b HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`],
  ['a space in the target', 400, `GET /a b HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`],
  ['a target without a slash', 400, `GET a HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`],
  ['HTTP/0.9', 505, 'GET /\r\n\r\n'],
  ['a version in lower case', 400, `GET / http/1.1\r\nHost: ${HOST}\r\n\r\n`],
  ['a version with two digits', 400, `GET / HTTP/1.10\r\nHost: ${HOST}\r\n\r\n`],
  ['a preface of HTTP/2', 400, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['a method that is no token', 400, `GE(T / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`],
  ['a space before the request', 400, ` GET / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`],
  ['a Host that is empty', 400, 'GET / HTTP/1.1\r\nHost:\r\n\r\n'],
  ['a Host that is a list', 400, `GET / HTTP/1.1\r\nHost: ${HOST}, ${HOST}\r\n\r\n`],
  ['a Host with a space', 400, 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n'],
  ['a Host with two ports', 400, `GET / HTTP/1.1\r\nHost: ${HOST}:80:80\r\n\r\n`],
  ['a Host with a port in words', 400, `GET / HTTP/1.1\r\nHost: ${HOST}:http\r\n\r\n`],
  ['no Host in HTTP/1.0', 400, 'GET / HTTP/1.0\r\n\r\n'],
  ['a space before the colon of Host', 400, `GET / HTTP/1.1\r\nHost : ${HOST}\r\n\r\n`],
  ['a second Host that is folded', 400, `GET / HTTP/1.1\r\nHost: ${HOST}\r\n Host: x\r\n\r\n`],
  ['an absolute target of another host', 400, `GET http://x.localhost/ HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`],
  ['an absolute target without a Host', 400, `GET http://${HOST}/ HTTP/1.1\r\n\r\n`],
  ['64 KB of headers', 431, get(`X: ${'a'.repeat(65_536)}`)],
  [
    '64 KB in many headers',
    431,
    get(Array.from({ length: 64 }, (_, at) => `X${at}: ${'a'.repeat(1000)}`).join('\r\n')),
  ],
  ['10,000 headers', 431, get(Array.from({ length: 10_000 }, () => 'X: 1').join('\r\n'))],
  ['a target of 20 KB', 414, `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`],
  ['a target of 40 KB', 414, `GET /${'a'.repeat(40_000)} HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`],
]

describe('a hostile request', () => {
  it.each(refused)('is refused, ends its connection, and smuggles nothing: %s', async (_name, status, bytes) => {
    const { stage, seen } = await witness()
    const text = await raw(stage, `${bytes}\r\n\r\nGET /behind HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`)
    expect(statuses(text)).toEqual([status])
    expect(text.toLowerCase()).toContain('connection: close')
    expect(seen).toEqual([])
  })
})

/** What the length of a chunk may not be. Its request has begun by then, so the micro may have seen it, but never as a whole one. */
const brokenChunks = [
  'x\r\nabc',
  '0x3\r\nabc',
  '+3\r\nabc',
  '-3\r\nabc',
  ' 3\r\nabc',
  '3 \r\nabc\r\n0',
  '3\nabc',
  '3\rabc',
  '3;a\nabc',
  '3\r\nabcd',
  '3\r\nabc\n0',
  '\r\n3\r\nabc',
  `${'f'.repeat(17)}\r\nabc`,
  `3;${'x'.repeat(40_000)}\r\nabc`,
]

describe('a hostile body', () => {
  it.each(brokenChunks)(
    'never reaches the micro as a whole one, nor what is behind it as a request: %j',
    async (chunk) => {
      const { stage, seen } = await witness()
      const text = await raw(
        stage,
        `${post('Transfer-Encoding: chunked', `${chunk}\r\n0\r\n\r\n`)}GET /behind HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`,
      )
      expect(statuses(text)).toHaveLength(1)
      expect([400, 413]).toContain(statuses(text)[0])
      expect(seen.filter(({ url, body }) => url !== '/' || body !== undefined)).toEqual([])
    },
  )

  it.each([
    ['announced', 'Content-Length: 100', 'abc'],
    ['in chunks', 'Transfer-Encoding: chunked', '3\r\nabc\r\n'],
    ['within a chunk', 'Transfer-Encoding: chunked', '64\r\nabc'],
    ['before its last line', 'Transfer-Encoding: chunked', '3\r\nabc\r\n0\r\n'],
  ])('that is cut off is no whole body for the micro: %s', async (_name, field, part) => {
    const { stage, seen } = await witness()
    const text = await raw(stage, post(field, part), { halfClose: true })
    expect(statuses(text).every((status) => status === 400)).toBe(true)
    expect(seen.every(({ body }) => body === undefined)).toBe(true)
  })

  it('is no request to anybody: what looks like one inside it stays inside', async () => {
    const { stage, seen } = await witness()
    const inner = `${smuggled}\r\n\r\n`
    const text = await raw(
      stage,
      post(`Content-Length: ${inner.length}`, inner) +
        post('Transfer-Encoding: chunked', `${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n`) +
        `GET /last HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: ${inner.length}\r\nConnection: close\r\n\r\n${inner}`,
    )
    expect(statuses(text)).toEqual([200, 200, 200])
    expect(seen.map(({ method, url, body }) => [method, url, body])).toEqual([
      ['POST', '/', inner],
      ['POST', '/', inner],
      ['GET', '/last', inner],
    ])
  })
})

describe('what a hostile request may say', () => {
  it('passes no framing in disguise: with underscores, or named by Connection', async () => {
    const { stage, seen } = await witness()
    await raw(
      stage,
      `GET / HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close, content-length, host, x-own\r\nTransfer_Encoding: chunked\r\nContent_Length: 9\r\nKeep_Alive: 1\r\nX-Own: 1\r\nX_Kept: 1\r\n\r\n`,
    )
    expect(seen).toHaveLength(1)
    const headers = seen[0]?.headers ?? {}
    for (const name of ['transfer_encoding', 'content_length', 'keep_alive', 'x-own'])
      expect(headers).not.toHaveProperty(name)
    expect(headers).toMatchObject({ x_kept: '1', host: HOST })
  })

  it('reaches the micro with a head of almost 32 KB, half of it a target', async () => {
    const { stage } = await witness()
    const target = `/${'a'.repeat(16_000)}`
    const { socket } = await stage.serveRaw('raw', (client) => {
      let head = ''
      client.setEncoding('latin1').on('data', (chunk: string) => {
        head += chunk
        if (!head.includes('\r\n\r\n')) return
        const whole = head.startsWith(`GET ${target} `) && head.includes(`x: ${'b'.repeat(15_000)}\r\n`)
        client.end(`HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n${whole ? 'all' : 'cut'}`)
      })
    })
    stage.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [socket] })
    await stage.engine.settled()
    const answer = await ask(stage, { path: target, headers: { x: 'b'.repeat(15_000) } })
    expect(answer).toMatchObject({ status: 200, body: 'all' })
  })

  it('is answered in order when it is pipelined, each at its own place', async () => {
    const { stage, seen } = await witness()
    const paths = Array.from({ length: 20 }, (_, at) => `/${at}`)
    const bytes = paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`).join('')
    const text = await raw(stage, `${bytes}GET /last HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`)
    expect(statuses(text)).toEqual(Array(21).fill(200))
    expect(seen.map(({ url }) => url).toSorted()).toEqual([...paths, '/last'].toSorted())
  })

  it('is answered though its side of the connection has ended', async () => {
    const { stage } = await witness()
    const text = await raw(stage, get('X: 1') + post('Content-Length: 3', 'abc'), { halfClose: true })
    expect(statuses(text)).toEqual([200, 200])
  })

  it('is nothing at all when it ends within its head', async () => {
    const { stage, seen } = await witness()
    for (const bytes of ['', 'GET', 'GET / HTTP/1.1\r\n', `GET / HTTP/1.1\r\nHost: ${HOST}\r\n`]) {
      expect(statuses(await raw(stage, bytes, { halfClose: true })).every((status) => status === 400)).toBe(true)
    }
    expect(seen).toEqual([])
  })
})
