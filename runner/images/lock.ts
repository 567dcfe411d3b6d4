import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type Server } from 'node:net'

/**
 * Takes a lock that holds between processes and waits for it as long as another one has it. It is an abstract unix socket:
 * the kernel gives it back when its owner dies, however that happens, and those who wait are told by a closed connection.
 *
 * @param name the same string locks the same thing.
 */
export async function takeLock(name: string, signal: AbortSignal): Promise<AsyncDisposable> {
  const path = `\0micropush-${createHash('sha256').update(name).digest('hex').slice(0, 32)}`
  for (;;) {
    signal.throwIfAborted()
    const server = await bind(path)
    if (server) return { [Symbol.asyncDispose]: () => release(server) }
    await otherIsDone(path, signal)
  }
}

const waiting = new WeakMap<Server, Set<{ destroy(): void }>>()

async function bind(path: string): Promise<Server | undefined> {
  const others = new Set<{ destroy(): void }>()
  const server = createServer((socket) => {
    others.add(socket)
    socket.on('error', () => socket.destroy()).on('close', () => others.delete(socket))
  })
  // A lock alone is no reason for a process to live on.
  server.unref()
  server.listen(path)
  try {
    await once(server, 'listening')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return undefined
    throw error
  }
  waiting.set(server, others)
  return server
}

async function release(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  for (const socket of waiting.get(server) ?? []) socket.destroy()
  await closed
}

/** Resolves when the owner lets go, or when there is none any more. */
async function otherIsDone(path: string, signal: AbortSignal): Promise<void> {
  const socket = connect(path)
  const stop = () => socket.destroy()
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  try {
    await new Promise<void>((resolve) => {
      // A refused connection means that the owner has just gone: then it is our turn to try.
      socket.on('error', () => socket.destroy()).on('close', () => resolve())
      socket.resume()
    })
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
