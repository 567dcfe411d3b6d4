import { once } from 'node:events'
import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { FrameReader } from '../../../../runner/gateway/upstream/frame-reader.ts'
import { sayGoingAway } from '../../../../runner/gateway/upstream/go-away.ts'

const MB = 1024 * 1024

/** Both ends of a connection. */
async function pair(): Promise<readonly [Socket, Socket]> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const accepted = once(server, 'connection') as Promise<[Socket]>
  const dialled = createConnection((server.address() as AddressInfo).port, '127.0.0.1')
  const [far] = await accepted
  onTestFinished(() => {
    for (const socket of [dialled, far]) socket.destroy()
    server.close()
  })
  return [dialled, far]
}

it('holds little of an endless frame for a client that does not read', async () => {
  const [micro, from] = await pair()
  const [to, client] = await pair()
  client.pause()
  const frames = new FrameReader()
  // The head of a frame of 2^40 bytes has passed.
  frames.take(Buffer.from([0x82, 127, 0, 0, 1, 0, 0, 0, 0, 0]))
  sayGoingAway({ from, to, frames, masked: false })
  let written = 0
  const chunk = Buffer.alloc(MB)
  for (let n = 0; n < 64; n += 1) {
    if (!micro.write(chunk) && !(await drained(micro))) break
    written += 1
  }
  expect(to.writableLength).toBeLessThan(2 * MB)
  // All else is in the kernel's buffers.
  expect(written).toBeLessThan(64)
})

async function drained(socket: Socket): Promise<boolean> {
  return Promise.race([once(socket, 'drain').then(() => true), pause(500, false)])
}

it('goes on when the client reads, and says its goodbye behind the frame', async () => {
  const [micro, from] = await pair()
  const [to, client] = await pair()
  const frames = new FrameReader()
  const size = 8 * MB
  const head = Buffer.alloc(10)
  head.set([0x82, 127])
  head.writeUInt32BE(size, 6)
  frames.take(head)
  sayGoingAway({ from, to, frames, masked: false })
  micro.write(Buffer.alloc(size))
  let last: Buffer = Buffer.alloc(0)
  let bytes = 0
  for await (const chunk of client as AsyncIterable<Buffer>) {
    bytes += chunk.length
    last = Buffer.concat([last, chunk]).subarray(-4)
  }
  expect(bytes).toBe(size + 4)
  expect([...last]).toEqual([0x88, 2, 1001 >> 8, 1001 & 0xff])
})
