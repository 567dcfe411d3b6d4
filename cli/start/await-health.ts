import { setTimeout as sleep } from 'node:timers/promises'
import { MicropushError } from '../../contract/errors.ts'
import type { Settings } from '../../contract/settings.ts'
import { parseJson } from '../../contract/text/parse-json.ts'

/** What the bot's `/healthz` says. */
export interface Health {
  readonly sandbox?: { readonly isolation: string; readonly means: string }
  /** Whether there is a GitHub App; without one everything else can work. */
  readonly isConnected: boolean
}

interface Said {
  readonly parts?: Readonly<Record<string, string>>
  readonly sandbox?: { readonly isolation: string; readonly means: string }
}

const DEADLINE_MS = 60_000

/**
 * Waits until bot, queue, engine and gateway work; a GitHub App may be missing still.
 *
 * @throws MicropushError `setup-incomplete` with what does not work after a minute, and where the logs are.
 */
export async function awaitHealth(settings: Settings, signal: AbortSignal): Promise<Health> {
  const url = `http://127.0.0.1:${settings.botPort}/healthz`
  const deadline = Date.now() + DEADLINE_MS
  let last = 'the bot does not answer'
  while (Date.now() < deadline) {
    signal.throwIfAborted()
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(3000) })
      const text = await response.text()
      const health = response.ok || response.status === 503 ? readHealth(text) : undefined
      if (health !== undefined) return health
      last = text
    } catch {
      // Not listening yet; what it says in the end is what counts.
    }
    await sleep(50)
  }
  throw new MicropushError(
    'setup-incomplete',
    `Not ready after a minute: ${last}. The logs are in ${settings.dataDir}/logs.`,
  )
}

/** Undefined while anything but GitHub is missing. */
function readHealth(text: string): Health | undefined {
  const { parts = {}, sandbox } = (parseJson(text) ?? {}) as Said
  const { GitHub: github = 'ok', ...rest } = parts
  if (Object.keys(rest).length === 0 || Object.values(rest).some((state) => state !== 'ok')) return undefined
  return { isConnected: github === 'ok', ...(sandbox === undefined ? {} : { sandbox }) }
}
