import type { Socket } from 'node:net'
import type { GatewayLimits } from '../limits.ts'
import type { Call } from '../request/call.ts'
import { FrameReader } from './frame-reader.ts'
import { sayGoingAway } from './go-away.ts'
import { readReplyHead } from './reply-head.ts'
import type { WireHead } from './wire/reply-head-text.ts'

interface Joint {
  readonly reply: WireHead
  readonly upstream: Socket
  /** What the micro sent right behind its 101. */
  readonly rest: Buffer
  readonly limits: Pick<GatewayLimits, 'streamIdleMs' | 'streamMs' | 'goodbyeMs'>
  readonly onClosed: () => void
}

/**
 * Passes the 101 on and joins both connections, bytes for bytes. When nothing has passed for long, or it has lasted for long, both
 * sides get a close frame with 1001.
 *
 * @returns a function that ends it in the same way.
 */
export function joinSockets(call: Call, joint: Joint): () => void {
  const { upstream, limits } = joint
  const client = call.request.socket
  const down = { from: upstream, to: client, frames: new FrameReader(), masked: false }
  const up = { from: client, to: upstream, frames: new FrameReader(), masked: true }
  let open = 2
  let goodbye: NodeJS.Timeout | undefined
  const end = (): void => {
    client.destroy()
    upstream.destroy()
  }
  const goAway = (): void => {
    if (goodbye !== undefined) return
    goodbye = setTimeout(end, limits.goodbyeMs)
    for (const direction of [down, up]) {
      direction.from.unpipe(direction.to)
      direction.from.removeAllListeners('data')
      sayGoingAway(direction)
    }
  }
  const life = setTimeout(goAway, limits.streamMs)
  const closed = (): void => {
    open -= 1
    // After a goodbye the other side may still be reading its own.
    if (goodbye === undefined) end()
    if (open > 0) return
    clearTimeout(life)
    clearTimeout(goodbye)
    joint.onClosed()
  }
  call.response.detachSocket(client)
  for (const socket of [client, upstream]) {
    socket.on('error', end)
    socket.once('close', closed)
    socket.setNoDelay(true)
  }
  // Bytes in either direction count: the client's socket sees both, those it reads and those it is given to write.
  client.setTimeout(limits.streamIdleMs, goAway)
  client.write(switchingProtocols(call, joint.reply), 'latin1')
  pass(joint.rest, down)
  if (call.upgrade !== undefined) pass(call.upgrade.rest, up)
  for (const { from, to, frames } of [down, up]) {
    from.on('data', (chunk: Buffer) => frames.take(chunk))
    from.pipe(to)
  }
  return goAway
}

function pass(bytes: Buffer, { to, frames }: { readonly to: Socket; readonly frames: FrameReader }): void {
  if (bytes.length === 0) return
  frames.take(bytes)
  to.write(bytes)
}

function switchingProtocols(call: Call, reply: WireHead): string {
  const head = readReplyHead(reply, {
    host: call.head.host,
    requestId: call.requestId,
    maximumFields: Number.POSITIVE_INFINITY,
  })
  const fields = head?.fields ?? []
  let text = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
  for (let index = 0; index + 1 < fields.length; index += 2) text += `${fields[index]}: ${fields[index + 1]}\r\n`
  return `${text}\r\n`
}
