import { once } from 'node:events'
import { closeSync, constants, openSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { basename, dirname } from 'node:path'
import { z } from 'zod'
import { MicropushError } from '../../../../contract/errors.ts'
import { createJsonEnd } from './json-end.ts'

/** A sandbox with a thousand threads answers with some 1 MB of their stacks, one with the most that can be granted with some 30. */
const MOST_BYTES = 48 * 1024 * 1024

const reply = z.object({ success: z.boolean(), err: z.string(), result: z.unknown() })

/** A connection to a sentry's control server. It answers one call after the other. */
export interface Urpc {
  /** Once it is false, no call can be made any more. */
  readonly usable: boolean
  /**
   * The call is in the sentry's socket when this returns, and the sentry does it whatever becomes of us.
   *
   * @throws MicropushError `engine-unavailable` when the sentry ends, refuses or is late; then the connection is of no use any more.
   */
  call(method: string, withinMs: number): Promise<unknown>
  close(): void
}

/**
 * Speaks gVisor's own remote procedure calls, one JSON object there and one back (`pkg/urpc/urpc.go` in its source).
 *
 * @throws MicropushError `engine-unavailable` when nobody listens.
 */
export async function connectUrpc(path: string, withinMs: number): Promise<Urpc> {
  const socket = await dial(path, withinMs)
  let current: PromiseWithResolvers<unknown> | undefined
  let pieces: Buffer[] = []
  let bytes = 0
  let end = createJsonEnd()
  let usable = true

  const fail = (message: string, cause?: unknown): void => {
    usable = false
    socket.destroy()
    current?.reject(new MicropushError('engine-unavailable', message, { cause }))
    current = undefined
  }
  const finish = (): void => {
    const text = Buffer.concat(pieces).toString('utf8')
    pieces = []
    bytes = 0
    end = createJsonEnd()
    const parsed = reply.safeParse(parse(text))
    if (!parsed.success) return fail('The gVisor sandbox answered with what is no answer.')
    if (!parsed.data.success) return fail(`The gVisor sandbox refused: ${parsed.data.err.slice(0, 200)}`)
    current?.resolve(parsed.data.result)
    current = undefined
  }
  socket.on('data', (piece) => {
    bytes += piece.length
    if (current === undefined || bytes > MOST_BYTES) return fail('The gVisor sandbox says more than it was asked for.')
    const own = end.push(piece)
    pieces.push(piece)
    if (own === undefined) return
    if (own < piece.length) return fail('The gVisor sandbox says more than it was asked for.')
    finish()
  })
  socket.on('error', (error) => fail('The gVisor sandbox does not answer.', error))
  socket.on('close', () => fail('The gVisor sandbox has ended.'))

  return {
    get usable() {
      return usable
    },
    async call(method, ms) {
      if (!usable || current !== undefined)
        throw new MicropushError('engine-unavailable', 'The connection to the gVisor sandbox is of no use any more.')
      const answer = Promise.withResolvers<unknown>()
      current = answer
      const timer = setTimeout(() => fail(`The gVisor sandbox did not answer within ${ms} ms.`), ms)
      socket.ref()
      socket.write(JSON.stringify({ method, arg: {} }))
      try {
        return await answer.promise
      } finally {
        clearTimeout(timer)
        socket.unref()
      }
    },
    close() {
      usable = false
      socket.destroy()
    },
  }
}

async function dial(path: string, withinMs: number): Promise<Socket> {
  // A unix socket's path holds 107 bytes, and a container's id is 64 of them: it is named by its open folder.
  const folder = openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY)
  const socket = connect(`/proc/self/fd/${folder}/${basename(path)}`)
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(withinMs) })
    return socket
  } catch (error) {
    socket.destroy()
    throw new MicropushError('engine-unavailable', 'The gVisor sandbox cannot be reached.', { cause: error })
  } finally {
    closeSync(folder)
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
