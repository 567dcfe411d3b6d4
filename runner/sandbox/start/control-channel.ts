import { once } from 'node:events'
import { chown, chmod } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { MAX_LINE_BYTES, parseInitLine, type InitMessage } from './control-protocol.ts'

/** The engine's end of the conversation with a sandbox's init. */
export interface ControlChannel {
  /** The next message; `closed` when there will be none: init ended, or said something that no init says. */
  next(signal: AbortSignal): Promise<InitMessage | { readonly kind: 'closed' }>
  send(data: string | Buffer): void
  close(): void
}

export interface ControlListener {
  /** Waits for init, which connects before any code of the micro runs; the socket's name is gone afterwards. */
  accept(signal: AbortSignal): Promise<ControlChannel>
  close(): void
}

/** Listens where init will connect. Only the sandbox's user may. */
export async function listenForInit(path: string, uid: number): Promise<ControlListener> {
  const server = createServer()
  server.maxConnections = 1
  const connections = connectionsOf(server)
  server.listen(path)
  await once(server, 'listening')
  await chmod(path, 0o600)
  await chown(path, uid, uid)
  return {
    async accept(signal) {
      const socket = await connections.first(signal)
      server.close()
      return channelOver(socket)
    },
    close: () => server.close(),
  }
}

/** Notes the first connection from the beginning, since init may be faster than who waits for it. */
function connectionsOf(server: Server) {
  const first = Promise.withResolvers<Socket>()
  server.on('connection', (socket) => first.resolve(socket))
  return { first: (signal: AbortSignal) => orAborted(first.promise, signal) }
}

function channelOver(socket: Socket): ControlChannel {
  const lines = linesOf(socket)
  return {
    async next(signal) {
      const line = await orAborted(lines.next(), signal)
      const message = line === undefined ? undefined : parseInitLine(line)
      return message ?? { kind: 'closed' }
    },
    send: (data) => void socket.write(data),
    close: () => void socket.destroy(),
  }
}

/** Reads lines as they are asked for. A line over the bound ends the conversation, as the connection's end does. */
function linesOf(socket: Socket) {
  let text = Buffer.alloc(0)
  let ended = false
  let wake = () => {}
  socket.on('data', (data: Buffer) => {
    text = Buffer.concat([text, data])
    if (text.length > MAX_LINE_BYTES && !text.includes('\n')) socket.destroy()
    wake()
  })
  socket.on('error', () => {
    // 'close' follows, and says all that matters: there is no more to come.
  })
  socket.on('close', () => {
    ended = true
    wake()
  })
  return {
    async next(): Promise<string | undefined> {
      for (;;) {
        const end = text.indexOf('\n')
        if (end >= 0) {
          const line = text.subarray(0, end).toString('utf8')
          text = text.subarray(end + 1)
          return line
        }
        if (ended) return undefined
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
  }
}

/** A promise's value, or the signal's reason as soon as it aborts. */
async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  const aborted = Promise.withResolvers<never>()
  const onAbort = () => aborted.reject(signal.reason as Error)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([promise, aborted.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
