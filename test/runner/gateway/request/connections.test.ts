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

describe('connections', () => {
  it('are bounded in number', async () => {
    const stage = await stageWith((_request, response) => response.end('ok'), { limits: { connections: 2 } })
    const clients = [new RawClient(stage), new RawClient(stage)]
    for (const client of clients) {
      client.socket.write(`GET / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`)
      await client.sees('200 OK')
    }
    await expect(ask(stage)).rejects.toThrow()
    const [first] = clients
    first?.socket.destroy()
    for (;;) {
      // The server hears of the end in its own time.
      const answer = await ask(stage).catch(() => undefined)
      if (answer?.status === 200) break
    }
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
