import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { defaultLimits } from '../../../contract/limits.ts'
import { ask } from './support/client.ts'
import { RAW_HOST, startGatewayProcess, type GatewayProcess } from './support/process.ts'
import { HOST } from './support/stage.ts'

/** Half of the execution time that a micro has; this process makes the crowd on the same cores, so the numbers are no measurement. */
const ANSWER_MS = defaultLimits.timeoutMs / 2

/** What those say who hold a connection and ask for nothing. */
const idlers = [
  '',
  'GET / HT',
  `GET / HTTP/1.1\r\nHost: ${HOST}\r\nX: `,
  `GET / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`,
  `POST / HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 10\r\n\r\nslow`,
]

/** Opens connections a few hundred at a time; they end with the test. */
async function crowd(port: number, count: number, says: (at: number) => string): Promise<Socket[]> {
  const sockets: Socket[] = []
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
  })
  for (let at = 0; at < count; at += 250) {
    const batch = Array.from({ length: Math.min(250, count - at) }, (_, nth) => {
      const socket = connect({ host: '127.0.0.1', port })
      socket.on('error', () => undefined)
      socket.on('data', () => undefined)
      const words = says(at + nth)
      if (words !== '') socket.write(words)
      return socket
    })
    sockets.push(...batch)
    await Promise.all(batch.map((socket) => once(socket, 'connect')))
  }
  return sockets
}

async function slowestAnswer({ port }: GatewayProcess, requests: number): Promise<number> {
  let slowest = 0
  for (let turn = 0; turn < requests; turn += 1) {
    const startedMs = performance.now()
    expect((await ask({ port })).body).toBe('hello')
    slowest = Math.max(slowest, performance.now() - startedMs)
  }
  return slowest
}

describe('a crowd', () => {
  it('of 10,000 connections that ask for nothing keeps nobody from an answer', async () => {
    const gateway = await startGatewayProcess({
      onRequest: (request, response) => void request.resume().on('end', () => response.end('hello')),
    })
    const before = await gateway.memory()
    const { connections } = (await gateway.logs('serving')) as { connections: number }
    if (connections < 10_000) console.warn(`NOT SHOWN: 10,000 connections, this machine allows ${connections}`)
    const sockets = await crowd(gateway.port, 10_000, (at) => idlers[at % idlers.length] ?? '')
    const slowest = await slowestAnswer(gateway, 50)
    const { nowMb } = await gateway.memory()
    const open = sockets.filter((socket) => !socket.destroyed).length
    console.log(
      `${open} connections open, slowest answer ${slowest.toFixed(1)} ms, ${(nowMb - before.nowMb).toFixed(0)} MB`,
    )
    expect(slowest).toBeLessThan(ANSWER_MS)
    expect(nowMb - before.nowMb).toBeLessThan(300)
  })

  it('that is larger than what may be open loses its longest idle ones, and still keeps nobody from an answer', async () => {
    const gateway = await startGatewayProcess({ openFiles: 2000 })
    await crowd(gateway.port, 4000, (at) => idlers[at % 4] ?? '')
    expect(await slowestAnswer(gateway, 50)).toBeLessThan(ANSWER_MS)
  })

  it('that never ends its requests is gone after the time for a head, each told why', async () => {
    const gateway = await startGatewayProcess()
    const sockets = await crowd(gateway.port, 200, () => 'GET / HTTP/1.1\r\nX: ')
    const told = await Promise.all(
      sockets.map(async (socket) => {
        let text = ''
        socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
        // A byte now and then does not help.
        const drip = setInterval(() => socket.write('a'), 1000)
        await new Promise((resolve) => socket.once('close', resolve))
        clearInterval(drip)
        return text
      }),
    )
    expect(told.every((text) => text.startsWith('HTTP/1.1 408 '))).toBe(true)
  })
})

describe('the memory of the gateway', () => {
  const pour = (socket: Socket, piece: Buffer, head = ''): void => {
    socket.write(head)
    const more = (): void => {
      while (!socket.destroyed && socket.write(piece));
    }
    socket.on('drain', more)
    more()
  }
  const ok = 'HTTP/1.1 200 OK\r\n'
  it.each<[string, (socket: Socket) => void]>([
    ['headers without end', (socket) => pour(socket, Buffer.from(`X: ${'a'.repeat(9000)}\r\n`), ok)],
    [
      'a body without end',
      (socket) => pour(socket, Buffer.alloc(65_536), `${ok}Content-Type: text/event-stream\r\n\r\n`),
    ],
    ['hints without end', (socket) => pour(socket, Buffer.from('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'))],
    ['garbage without end', (socket) => pour(socket, Buffer.alloc(65_536, 0xfe))],
  ])('stays bounded while 100 clients that read nothing get %s', async (_name, answer) => {
    const gateway = await startGatewayProcess({
      onSocket: (socket) => void socket.once('data', () => answer(socket)),
    })
    await slowestAnswer(gateway, 20)
    const before = await gateway.memory()
    const sockets = await crowd(gateway.port, 100, () => `GET / HTTP/1.1\r\nHost: ${RAW_HOST}\r\n\r\n`)
    for (const socket of sockets) socket.pause()
    const slowest = await slowestAnswer(gateway, 100)
    const { peakMb } = await gateway.memory()
    console.log(`${(peakMb - before.peakMb).toFixed(0)} MB more, slowest answer ${slowest.toFixed(1)} ms`)
    // What Node holds for each of the 200 connections before it stops to read; without a bound it would be gigabytes in this time.
    expect(peakMb - before.peakMb).toBeLessThan(400)
    expect(slowest).toBeLessThan(ANSWER_MS)
    // And it goes on holding that, however long the micros pour.
    await slowestAnswer(gateway, 200)
    expect((await gateway.memory()).peakMb - peakMb).toBeLessThan(50)
  })
})
