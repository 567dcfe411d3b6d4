import type { GitHub } from '../github/client.ts'
import { runRegularly } from '../jobs/run-regularly.ts'
import type { Log } from '../log.ts'
import type { Connection } from './connection.ts'
import { rotate } from './rotate.ts'

const LOOK_EVERY_MS = 1000
/** Between two attempts to tell GitHub of a new secret. */
const TELL_AGAIN_MS = 30_000

interface Watch {
  readonly connection: Connection
  readonly client: () => GitHub | undefined
  readonly log: Log
  readonly now: () => number
  readonly signal: AbortSignal
}

/** Looks regularly whether the App's file has changed, and carries out what it orders; resolves when the run in hand has ended. */
export async function watchConnection({ connection, client, log, now, signal }: Watch): Promise<void> {
  let said = ''
  let tellAfterMs = 0
  const look = async () => {
    await connection.refresh()
    said = ''
    const github = client()
    if (github === undefined || now() < tellAfterMs) return
    await rotate({ connection, client: () => github.app, log, now }).catch((error: unknown) => {
      tellAfterMs = now() + TELL_AGAIN_MS
      log.warn({ err: error }, 'GitHub could not be told of the new webhook secret; both are good until it is')
    })
  }
  await runRegularly(look, {
    everyMs: LOOK_EVERY_MS,
    signal,
    onError(error) {
      // Once for each fault, not every second.
      const words = String(error)
      if (words !== said) log.error({ err: error }, "the App's file cannot be used; the former one stays in use")
      said = words
    },
  })
}
