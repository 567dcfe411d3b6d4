import { setTimeout as delay } from 'node:timers/promises'
import { MicropushError } from '../../../../contract/errors.ts'
import type { Freezer } from '../freezer.ts'
import { readStacks } from './read-stacks.ts'
import { connectUrpc, type Urpc } from './urpc.ts'

/** A sandbox whose threads are all busy needs some ms until the last one stands still. */
const PAUSE_MS = 5000
const RESUME_MS = 2000
/** A restarted engine looks at all that there are at once. */
const LOOK_MS = 10_000
const CONNECT_MS = 5000
/** How long others' calls may take to come to their end, and a connection to be noticed whose process has died. */
const SETTLE_MS = { busy: 2000, waiting: 500, none: 0 } as const
const EVERY_MS = 10

/**
 * gVisor's kernel pauses itself: the host's freezer would stop it amid its work on the micro's memory, which it does not survive.
 * `Resume` ends a sandbox that is not paused, so neither call is made before it is known how the sandbox stands: by our own last answer, else
 * by its stacks. A pause counts, and one that was asked for twice would need two ends.
 *
 * The connection stays open while it sleeps, so that a thaw is one write, and no longer: a sandbox that ends waits 15 s for its callers to leave.
 */
export function sentryFreezer(socket: string): Freezer {
  let connection: Urpc | undefined
  let known: 'paused' | 'running' | undefined
  /** It was our own call that paused it, and not only seen to stand still. */
  let isOurs = false

  const close = (): void => {
    connection?.close()
    connection = undefined
  }
  const connected = async (): Promise<Urpc> => {
    if (connection?.usable === true) return connection
    // How the last call on a connection that was lost came out is not known.
    if (connection !== undefined) known = undefined
    connection = await connectUrpc(socket, CONNECT_MS)
    return connection
  }
  const look = async (): Promise<'paused' | 'running'> => {
    const urpc = await connected()
    if (known !== undefined) return known
    for (const startMs = performance.now(); ; await delay(EVERY_MS)) {
      const { tasks, others } = readStacks(String(await urpc.call('debug.Stacks', LOOK_MS)))
      isOurs = false
      if (performance.now() - startMs < SETTLE_MS[others]) continue
      if (tasks !== 'unknown' && others !== 'busy') return (known = tasks)
      throw new MicropushError('engine-unavailable', 'It cannot be known whether the gVisor sandbox is paused.')
    }
  }
  const change = async (method: 'Pause' | 'Resume', to: 'paused' | 'running', withinMs: number): Promise<void> => {
    const urpc = connection?.usable === true && known !== undefined ? connection : undefined
    if (urpc === undefined) await look()
    if (known === to) return
    const call = (urpc ?? (await connected())).call(`containerManager.${method}`, withinMs)
    known = undefined
    await call
    known = to
    isOurs = to === 'paused'
  }
  /** A micro that has stopped all of its processes looks like one that is paused, and would run on: its sandbox ends by `Resume`, an honest one goes on. */
  const pause = async (): Promise<void> => {
    if ((await look()) === 'paused' && !isOurs) await change('Resume', 'running', RESUME_MS)
    await change('Pause', 'paused', PAUSE_MS)
  }
  /** Only one that is paused keeps its connection. */
  const leaving = async <T>(doing: Promise<T>): Promise<T> => {
    try {
      return await doing
    } finally {
      if (known !== 'paused') close()
    }
  }
  return {
    mechanism: 'sentry',
    freeze: () =>
      leaving(
        pause().catch(async (error: unknown) => {
          // It may stand still by now, or do so at any time: it is let go on, and is the next one's to freeze.
          close()
          known = undefined
          await change('Resume', 'running', RESUME_MS)
          throw error
        }),
      ),
    thaw: () => leaving(change('Resume', 'running', RESUME_MS)),
    isFrozen: () => leaving(look()).then((state) => state === 'paused'),
    close,
  }
}
