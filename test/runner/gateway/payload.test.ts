import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { defaultLimits } from '../../../contract/limits.ts'
import { ask, errorOf } from './support/client.ts'
import { HOST, stageWith, type Stage } from './support/stage.ts'

const LIMIT = defaultLimits.payloadBytes
const edges = [
  ['announced', false],
  ['in chunks', true],
] as const

/** A micro that counts what it gets, and answers with as many bytes as the path says. */
async function counting(): Promise<{ readonly stage: Stage; readonly counts: number[] }> {
  const counts: number[] = []
  const stage = await stageWith((request, response) => {
    let bytes = 0
    request.on('data', (chunk: Buffer) => (bytes += chunk.length))
    request.on('end', () => {
      counts.push(bytes)
      const [, size = '', how] = (request.url ?? '').split('/')
      if (how === 'announced') response.setHeader('Content-Length', size)
      for (let left = Number(size); left > 0; left -= 65_536) response.write(Buffer.alloc(Math.min(left, 65_536)))
      response.end()
    })
  })
  return { stage, counts }
}

/** All that a client of HTTP/1.0 or 1.1 sees until the end, and whether that end was an orderly one. */
async function watch(stage: Stage, request: string): Promise<{ readonly text: string; readonly reset: boolean }> {
  const socket = connect({ host: '127.0.0.1', port: stage.port })
  const chunks: Buffer[] = []
  let reset = false
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  socket.on('error', () => (reset = true))
  socket.write(request)
  await new Promise((resolve) => socket.once('close', resolve))
  return { text: Buffer.concat(chunks).toString('latin1'), reset }
}

describe('the payload of 5.5 MB', () => {
  it('is what a micro is promised', () => {
    expect(LIMIT).toBe(5_767_168)
  })

  it.each(edges)('passes to the byte on the way in, and no byte more: %s', async (_name, inChunks) => {
    const { stage, counts } = await counting()
    const send = (bytes: number) =>
      ask(stage, {
        method: 'POST',
        path: '/0/announced',
        body: Buffer.alloc(bytes),
        headers: inChunks ? { 'transfer-encoding': 'chunked' } : {},
      })
    expect((await send(LIMIT)).status).toBe(200)
    expect(counts).toEqual([LIMIT])
    const refused = await send(LIMIT + 1)
    expect(refused.status).toBe(413)
    expect(errorOf(refused)).toBe('too-large')
    expect(counts).toEqual([LIMIT])
  })

  it('passes to the byte on the way out, and of a larger one nothing when it was announced', async () => {
    const { stage } = await counting()
    const whole = await ask(stage, { path: `/${LIMIT}/announced` })
    expect([whole.status, whole.body.length]).toEqual([200, LIMIT])
    const refused = await ask(stage, { path: `/${LIMIT + 1}/announced` })
    expect(refused.status).toBe(502)
    expect(errorOf(refused)).toBe('reply-too-large')
  })

  it('passes to the byte in chunks, and a larger answer is cut without the end that would make it look whole', async () => {
    const { stage } = await counting()
    const whole = await ask(stage, { path: `/${LIMIT}/chunks` })
    expect([whole.status, whole.body.length]).toEqual([200, LIMIT])
    await expect(ask(stage, { path: `/${LIMIT + 1}/chunks` })).rejects.toThrow()
    const { text } = await watch(stage, `GET /${LIMIT + 1}/chunks HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`)
    expect(text).toContain('200 OK')
    expect(text.endsWith('0\r\n\r\n')).toBe(false)
    expect(text.length).toBeLessThan(LIMIT + 10_000)
  })

  it('is kept by a reset where only the end of the connection ends an answer', async () => {
    const { stage } = await counting()
    const whole = await watch(stage, `GET /${LIMIT}/chunks HTTP/1.0\r\nHost: ${HOST}\r\n\r\n`)
    expect(whole.reset).toBe(false)
    expect(whole.text.split('\r\n\r\n')[1]?.length).toBe(LIMIT)
    const cut = await watch(stage, `GET /${LIMIT + 1}/chunks HTTP/1.0\r\nHost: ${HOST}\r\n\r\n`)
    expect(cut.reset).toBe(true)
  })

  it('is counted of an answer whose end is the end of its connection', async () => {
    const { stage } = await counting()
    const { socket } = await stage.serveRaw('d2', (client) => {
      client.once('data', (head) => {
        const size = Number(/^GET \/(\d+)/.exec(String(head))?.[1])
        client.write('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n')
        client.end(Buffer.alloc(size))
      })
    })
    stage.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [socket] })
    await stage.engine.settled()
    expect((await ask(stage, { path: `/${LIMIT}` })).body.length).toBe(LIMIT)
    await expect(ask(stage, { path: `/${LIMIT + 1}` })).rejects.toThrow()
  })
})
