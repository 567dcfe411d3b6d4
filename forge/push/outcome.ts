import type { Forge } from '../forge.ts'
import type { Account } from '../state/accounts.ts'
import type { CommitStatus } from '../state/statuses.ts'
import { NO_COMMIT, type RefUpdate } from '../webhooks/push-event.ts'
import { announce } from './announce.ts'
import { deliveryLine, statusLine, stillWorkingLine, STOPPING_LINE } from './words.ts'

interface Push {
  readonly repositoryId: number
  readonly updates: readonly RefUpdate[]
  readonly pusher: Account
  /** Aborts when nobody reads any more. */
  readonly left: AbortSignal
}

/**
 * Tells the App of a push and gives the lines that the person who pushed reads meanwhile: each status of the pushed commits
 * until all of them are final. Who stops reading stops nothing.
 */
export async function* tellPush(forge: Forge, { repositoryId, updates, pusher, left }: Push): AsyncGenerator<string> {
  const inbox = createInbox(AbortSignal.any([forge.stopping, left]))
  const shas = new Set(updates.map(({ after }) => after).filter((sha) => sha !== NO_COMMIT))
  const leave = [...shas].map((sha) => forge.feed.subscribe({ repositoryId, sha }, inbox.put))
  const endMs = performance.now() + forge.waits.followMs
  try {
    const announced = await announce(forge, { repositoryId, updates, pusher })
    const results = await Promise.all(announced.map(({ deliveryId }) => forge.deliveries.send(deliveryId)))
    const faults = new Set(results.map((result) => result && deliveryLine(result)).filter((line) => line !== undefined))
    yield* faults
    if (results.every((result) => result?.status !== 'OK')) return
    yield* follow(forge, inbox, endMs)
  } finally {
    for (const go of leave) go()
    inbox.close()
  }
}

async function* follow(forge: Forge, inbox: Inbox, endMs: number): AsyncGenerator<string> {
  const { firstStatusMs, quietMs, followMs } = forge.waits
  const open = new Map<string, boolean>()
  let patienceMs = firstStatusMs
  for (;;) {
    const leftMs = endMs - performance.now()
    const status = await inbox.take(Math.min(patienceMs, leftMs))
    if (status === 'stopping') {
      yield STOPPING_LINE
      return
    }
    if (status === undefined) {
      if (leftMs <= patienceMs) yield stillWorkingLine(followMs)
      return
    }
    yield statusLine(status)
    open.set(`${status.sha}/${status.context.toLowerCase()}`, status.state === 'pending')
    patienceMs = [...open.values()].includes(true) ? Infinity : quietMs
  }
}

interface Inbox {
  readonly put: (status: CommitStatus) => void
  /** The next status; undefined when none came in time. */
  take(limitMs: number): Promise<CommitStatus | 'stopping' | undefined>
  close(): void
}

function createInbox(stopping: AbortSignal): Inbox {
  const waiting: CommitStatus[] = []
  let wake = () => {}
  const stop = () => {
    wake()
  }
  stopping.addEventListener('abort', stop)
  return {
    put: (status) => {
      waiting.push(status)
      wake()
    },
    async take(limitMs) {
      if (waiting.length === 0 && !stopping.aborted && limitMs > 0) {
        const { promise, resolve } = Promise.withResolvers<void>()
        wake = resolve
        const timer = setTimeout(resolve, limitMs)
        await promise
        clearTimeout(timer)
      }
      return waiting.shift() ?? (stopping.aborted ? 'stopping' : undefined)
    },
    close: () => {
      stopping.removeEventListener('abort', stop)
    },
  }
}
