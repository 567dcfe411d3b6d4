import { setTimeout as pause } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { isPending, type Deployment } from '../../../contract/deployment.ts'
import type { Store } from '../../../contract/store/connect.ts'
import { getDeployment } from '../../../contract/store/deployments.ts'
import { readLogBytes } from '../../../contract/store/logs/deployment-logs.ts'
import { createRendering, type Redact } from './rendering.ts'
import { createRows, type Rows } from './rows.ts'

/** The runner stores what a build says a quarter of a second after it was said, at the latest: the two together make half a second. */
const POLL_MS = 200
/** While it waits for somebody's approval, for days perhaps. */
const HELD_POLL_MS = 2000
const READ_BYTES = 256 * 1024
/** For the last words of a deployment, which are stored a moment after its end. */
const LAST_WORDS_MS = 1500

/** One deployment's log and state as they grow: read once, for however many look at it. */
export interface Feed {
  readonly rows: Rows
  /** HTML of the row that is under way. */
  readonly tail: string
  /** The same object until something of it changes. Undefined: there is no such deployment (any more). */
  readonly deployment: Deployment | undefined
  /** Whether all was said. */
  readonly isOver: boolean
  /** Calls back after each change, until the returned function is called. */
  onChange(listener: () => void): () => void
}

export interface FeedDeps {
  readonly store: Store
  readonly redact: Redact
  readonly now: () => number
}

export interface OpenFeed extends Feed {
  /** Reads what is there now. Rejects when Redis is away. */
  refresh(): Promise<void>
  /** Goes on reading until the deployment is over, or the signal is aborted. */
  follow(signal: AbortSignal): Promise<void>
}

export function createFeed(id: string, { store, redact, now }: FeedDeps): OpenFeed {
  const rows = createRows()
  const rendering = createRendering(redact)
  const listeners = new Set<() => void>()
  let deployment: Deployment | undefined
  let tail = ''
  let isOver = false

  const readMore = async (): Promise<boolean> => {
    const fromByte = rendering.takenBytes
    const bytes = await readLogBytes(store, { id, fromByte, mostBytes: READ_BYTES })
    if (bytes.length === 0) return false
    rows.add(rendering.write(bytes))
    tail = rendering.tail()
    return bytes.length === READ_BYTES
  }
  const read = async () => {
    const before = { bytes: rendering.takenBytes, deployment, isOver }
    // The state first: whatever was said before the end is then there to be read.
    const found = await getDeployment(store, id)
    while (await readMore());
    if (!isDeepStrictEqual(found, deployment)) deployment = found
    isOver = found === undefined || hasEnded(found, now())
    const isAsBefore =
      before.bytes === rendering.takenBytes && before.isOver === isOver && before.deployment === deployment
    if (!isAsBefore) for (const listener of listeners) listener()
  }
  let reading: Promise<void> | undefined
  const refresh = () => (reading ??= read().finally(() => (reading = undefined)))
  return {
    rows,
    get tail() {
      return tail
    },
    get deployment() {
      return deployment
    },
    get isOver() {
      return isOver
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    refresh,
    async follow(signal) {
      while (!signal.aborted && !isOver) {
        await pause(deployment?.state === 'held' ? HELD_POLL_MS : POLL_MS, undefined, { signal }).catch(() => {})
        // Redis is away for a while: what is new is read when it is back.
        if (!signal.aborted) await refresh().catch(() => {})
      }
    },
  }
}

function hasEnded({ state, stateSinceMs }: Deployment, nowMs: number): boolean {
  return !isPending(state) && nowMs - stateSinceMs >= LAST_WORDS_MS
}
