import { setTimeout as sleep } from 'node:timers/promises'
import { isPending, type PendingState } from '../../contract/deployment.ts'
import type { Store } from '../../contract/store/connect.ts'
import { getDeployment } from '../../contract/store/deployments.ts'
import { readProgress } from '../../contract/store/progress.ts'
import { cleanText } from '../../contract/text/clean-text.ts'
import { say } from '../../setup/say.ts'

const LOOK_MS = 100
/** A runner that is there takes a restart at once. */
const SILENCE_MS = 5000
/** Longer than the longest start, drain and shut-down together. */
const DEADLINE_MS = 20 * 60_000

interface Means {
  readonly store: Store
  readonly signal: AbortSignal
}

interface Followed {
  readonly micro: string
  readonly id: string
  /** Who has to take it, for the words while nobody does. */
  readonly waitsFor?: string
}

/** Prints how a restart, a roll-back or its end goes until it has ended; gives whether it went well. */
export async function followProgress({ store, signal }: Means, followed: Followed): Promise<boolean> {
  const { micro, id, waitsFor = 'for a runner' } = followed
  return follow(signal, micro, async () => {
    const progress = await readProgress(store, id)
    if (progress === undefined) return { words: 'Its progress is not known any more.', end: 'bad' }
    const { state, message: words } = progress
    if (state === 'done' || state === 'failed') return { words, end: state === 'done' ? 'good' : 'bad' }
    return state === 'queued' ? { words, waiting: waitsFor } : { words }
  })
}

/** Prints how a deployment that was queued again goes until it has ended; gives whether it is live. */
export async function followDeployment({ store, signal }: Means, { micro, id }: Followed): Promise<boolean> {
  return follow(signal, micro, async () => {
    const deployment = await getDeployment(store, id)
    if (deployment === undefined) return { words: 'Its deployment is not known any more.', end: 'bad' }
    const { state, outcome } = deployment
    if (state === 'live') return { words: `Live at ${outcome.url ?? '?'}`, end: 'good' }
    if (!isPending(state)) return { words: outcome.error?.message ?? `It is ${state}.`, end: 'bad' }
    const words = outcome.detail ?? doing[state]
    return state === 'queued' ? { words, waiting: 'for a runner' } : { words }
  })
}

const doing: Readonly<Record<PendingState, string>> = {
  held: 'Waits for approval',
  queued: 'Queued',
  fetching: 'Fetching the source',
  building: 'Building',
  starting: 'Starting',
}

interface Look {
  readonly words: string
  readonly end?: 'good' | 'bad'
  /** For whom, when nobody works on it yet. */
  readonly waiting?: string
}

async function follow(signal: AbortSignal, micro: string, look: () => Promise<Look>): Promise<boolean> {
  const begun = Date.now()
  let said = ''
  let toldSilence = false
  while (!signal.aborted && Date.now() - begun < DEADLINE_MS) {
    const { words, end, waiting } = await look()
    const line = `${micro}: ${cleanText(words)}`
    if (end === 'bad') {
      console.error(line)
      return false
    }
    if (line !== said) say(line)
    said = line
    if (end === 'good') return true
    if (waiting !== undefined && !toldSilence && Date.now() - begun > SILENCE_MS) {
      toldSilence = true
      say(`${micro}: still waiting ${waiting}. Does it run? micropush health`)
    }
    await sleep(LOOK_MS)
  }
  console.error(`${micro}: it goes on without being watched.`)
  return false
}
