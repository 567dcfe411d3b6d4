import { EventEmitter, once } from 'node:events'
import { createServer } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { Connections } from '../../../../runner/gateway/request/connections.ts'
import { gatewayLimits } from '../../../../runner/gateway/limits.ts'
import { ask, raw, RawClient } from '../support/client.ts'
import { HOST, stageWith } from '../support/stage.ts'

/** A connection that comes from afar. */
function farSocket(from: string): Socket {
  return Object.defineProperty(new Socket(), 'remoteAddress', { value: from })
}

describe('connections from one address', () => {
  it('are bounded, others are not, and an ended one makes room', async () => {
    const server = createServer()
    new Connections({ ...gatewayLimits, connectionsPerAddress: 2 }).watch(server)
    const come = (from: string): Socket => {
      const socket = farSocket(from)
      EventEmitter.prototype.emit.call(server, 'connection', socket)
      return socket
    }
    const first = come('192.0.2.1')
    expect([first, come('::ffff:192.0.2.1'), come('192.0.2.2')].map((socket) => socket.destroyed)).toEqual([
      false,
      false,
      false,
    ])
    expect(come('192.0.2.1').destroyed).toBe(true)
    expect([come('127.0.0.1'), come('127.0.0.1'), come('127.0.0.1')].some((socket) => socket.destroyed)).toBe(false)
    first.destroy()
    await once(first, 'close')
    expect(come('192.0.2.1').destroyed).toBe(false)
  })
})

describe('connections from a trusted proxy', () => {
  it('are not bounded like those of one address', () => {
    const server = createServer()
    const isTrusted = (address: string) => address === '192.0.2.1'
    new Connections({ ...gatewayLimits, connectionsPerAddress: 1 }, isTrusted).watch(server)
    const come = (from: string): Socket => {
      const socket = farSocket(from)
      EventEmitter.prototype.emit.call(server, 'connection', socket)
      return socket
    }
    expect([come('::ffff:192.0.2.1'), come('192.0.2.1'), come('192.0.2.2')].some((socket) => socket.destroyed)).toBe(
      false,
    )
    expect(come('192.0.2.2').destroyed).toBe(true)
  })
})

describe('connections', () => {
  it('are bounded in number: one that is idle makes room, the longest idle first', async () => {
    const stage = await stageWith((_request, response) => response.end('ok'), { limits: { connections: 2 } })
    const [first, second] = [new RawClient(stage), new RawClient(stage)]
    for (const client of [first, second]) {
      client.socket.write(`GET / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`)
      await client.sees('200 OK')
    }
    const ended = once(first.socket, 'close')
    expect((await ask(stage)).status).toBe(200)
    await ended
    expect(second.socket.destroyed).toBe(false)
  })

  it('that wait for an answer are never ended for a newcomer', async () => {
    const answers: (() => void)[] = []
    const arrived = Promise.withResolvers<void>()
    const stage = await stageWith(
      (_request, response) => {
        answers.push(() => response.end('ok'))
        if (answers.length === 2) arrived.resolve()
      },
      { limits: { connections: 2 } },
    )
    const busy = [ask(stage), ask(stage)]
    await arrived.promise
    await expect(ask(stage)).rejects.toThrow()
    for (const answer of answers) answer()
    expect((await Promise.all(busy)).map(({ status }) => status)).toEqual([200, 200])
  })
})

describe('a kept connection', () => {
  it('may not pile up requests', async () => {
    let reached = 0
    const stage = await stageWith(() => void (reached += 1), { limits: { pipelined: 3 } })
    const text = await raw(stage, `GET / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`.repeat(50))
    expect(text).toBe('')
    expect(reached).toBeLessThanOrEqual(3)
  })

  it('ends after its share of requests', async () => {
    const stage = await stageWith((_request, response) => response.end('ok'), { limits: { requestsPerConnection: 2 } })
    const client = new RawClient(stage)
    client.socket.write(`GET / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`.repeat(2))
    await client.sees('Connection: close')
    await once(client.socket, 'close')
    expect(client.text.split('200 OK')).toHaveLength(3)
  })
})
