import { connect } from 'node:net'
import { expect } from 'vitest'

/** Sends bytes as they are, and more of them once a text has come; resolves with all that comes back until the end. */
export async function raw(
  path: string,
  text: string,
  then?: { readonly after: string; readonly text: string },
): Promise<string> {
  const socket = connect(path)
  socket.write(text)
  let received = ''
  let more = then
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    received += chunk.toString()
    if (!more || !received.endsWith('\r\n\r\n') || !received.includes(more.after)) continue
    socket.write(more.text)
    more = undefined
  }
  return received
}

/** Sends one text message over a WebSocket and resolves with the answer's text. */
export async function echo(path: string, text: string): Promise<string> {
  const socket = connect(path)
  try {
    socket.write(
      'GET / HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    )
    let received = Buffer.alloc(0)
    let sent = false
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      received = Buffer.concat([received, chunk])
      const headEnd = received.indexOf('\r\n\r\n')
      if (headEnd !== -1 && !sent) {
        expect(received.subarray(0, headEnd).toString()).toContain('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
        received = received.subarray(headEnd + 4)
        sent = true
        socket.write(maskedText(text))
      }
      const answer = sent ? unframe(received) : undefined
      if (answer !== undefined) return answer
    }
    throw new Error('the connection ended without an answer')
  } finally {
    socket.destroy()
  }
}

function maskedText(text: string): Buffer {
  const data = Buffer.from(text)
  const mask = Buffer.from([1, 2, 3, 4])
  const size = data.length < 126 ? Buffer.from([0x80 | data.length]) : Buffer.alloc(9)
  if (size.length === 9) {
    size[0] = 0x80 | 127
    size.writeBigUInt64BE(BigInt(data.length), 1)
  }
  const masked = data.map((byte, at) => byte ^ (mask[at % 4] ?? 0))
  return Buffer.concat([Buffer.from([0x81]), size, mask, masked])
}

function unframe(bytes: Buffer): string | undefined {
  if (bytes.length < 2) return undefined
  const short = bytes.readUInt8(1)
  const start = short < 126 ? 2 : short === 126 ? 4 : 10
  if (bytes.length < start) return undefined
  const size = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
  return bytes.length < start + size ? undefined : bytes.subarray(start, start + size).toString()
}
