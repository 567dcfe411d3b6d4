import { createHash } from 'node:crypto'
import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** What a WebSocket's other side in a micro saw and may say; frames are small, whole and never fragmented. */
export interface AppSocket {
  readonly socket: Socket
  readonly path: string
  /** Text of the messages so far, and the status of a close frame. */
  readonly messages: string[]
  closedWith: number | undefined
  answersClose: boolean
  send(text: string): void
  close(status: number): void
}

/** Lets an HTTP server accept WebSockets (RFC 6455); whoever wants to know of one is told. */
export function acceptWebSockets(server: Server, onSocket: (app: AppSocket) => void): void {
  server.on('upgrade', (request, duplex) => {
    const socket = duplex as Socket
    socket.on('error', () => undefined)
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64')
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    )
    const app: AppSocket = {
      socket,
      path: request.url ?? '',
      messages: [],
      closedWith: undefined,
      answersClose: true,
      send: (text) => socket.write(frame(1, Buffer.from(text))),
      close: (status) => socket.write(frame(8, Buffer.from([status >> 8, status & 0xff]))),
    }
    onSocket(app)
    let held = Buffer.alloc(0)
    socket.on('data', (chunk: Buffer) => {
      held = Buffer.concat([held, chunk])
      for (;;) {
        const taken = readFrame(held)
        if (taken === undefined) return
        held = held.subarray(taken.size)
        if (taken.opcode === 8) {
          // RFC 6455 section 7.1.5: none was given.
          app.closedWith = taken.payload.length < 2 ? 1005 : taken.payload.readUInt16BE(0)
          if (app.answersClose) socket.end(frame(8, taken.payload))
        } else app.messages.push(taken.payload.toString())
        socket.emit('message')
      }
    })
  })
}

/** An unmasked frame, as servers send them. */
export function frame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload
  const head =
    length < 126
      ? Buffer.from([0x80 | opcode, length])
      : length < 65_536
        ? Buffer.from([0x80 | opcode, 126, length >> 8, length & 0xff])
        : Buffer.concat([Buffer.from([0x80 | opcode, 127, 0, 0, 0, 0]), uint32(length)])
  return Buffer.concat([head, payload])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** The first whole frame of a client: those are masked. */
function readFrame(
  bytes: Buffer,
): { readonly opcode: number; readonly payload: Buffer; readonly size: number } | undefined {
  if (bytes.length < 2) return undefined
  const short = bytes.readUInt8(1) & 0x7f
  const extra = short === 126 ? 2 : short === 127 ? 8 : 0
  if (bytes.length < 6 + extra) return undefined
  const length = extra === 0 ? short : extra === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
  const size = 6 + extra + length
  if (bytes.length < size) return undefined
  const mask = bytes.subarray(2 + extra, 6 + extra)
  const payload = Buffer.from(bytes.subarray(6 + extra, size)).map((byte, at) => byte ^ (mask[at % 4] ?? 0))
  return { opcode: bytes.readUInt8(0) & 0x0f, payload: Buffer.from(payload), size }
}
