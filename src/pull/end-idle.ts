import { isPending } from '../../contract/deployment.ts'
import { targetStanding, previewsOfRepository } from '../../contract/store/micros.ts'
import { forgetPreviewUses, idlePreviews } from '../../contract/store/preview-uses.ts'
import { repositoryOfKey } from '../../contract/target-key.ts'
import { endTargets } from '../deploy/end-targets.ts'
import type { Deps } from '../deps.ts'
import type { KeyedLock } from '../jobs/keyed-lock.ts'

interface IdleDeps extends Pick<Deps, 'store' | 'queues' | 'log' | 'now'> {
  /** The one under which events of a repository are handled. */
  readonly lock: KeyedLock
}

/** Ends the previews that nobody asked for anything for as long as `previews.ttl` says. */
export async function endIdlePreviews(deps: IdleDeps): Promise<void> {
  for (const { targetKey } of await idlePreviews(deps.store, deps.now())) {
    const repositoryId = repositoryOfKey(targetKey)
    await deps.lock(`repository ${repositoryId}`, () => endIfIdle(targetKey, repositoryId, deps))
  }
}

async function endIfIdle(key: string, repositoryId: number, deps: IdleDeps): Promise<void> {
  const { store, now } = deps
  // Asked again, because waiting for the lock may have taken a while.
  const idle = (await idlePreviews(store, now())).find(({ targetKey }) => targetKey === key)
  if (idle === undefined) return
  if ((await previewsOfRepository(store, repositoryId)).includes(key)) {
    const { newest } = await targetStanding(store, key)
    if (newest !== undefined && isPending(newest.state)) return
    const words = `Ended after ${inWords(idle.ttlMs)}; push or /deploy to get it back`
    await endTargets([key], { sequence: newest?.sequence ?? 0, end: { why: 'idle', words } }, deps)
  }
  await forgetPreviewUses(store, [key])
}

const HOUR_MS = 60 * 60_000

function inWords(ttlMs: number): string {
  const hours = Math.round(ttlMs / HOUR_MS)
  const [count, unit] = hours % 24 === 0 ? [hours / 24, 'day'] : [hours, 'hour']
  return `${count} idle ${unit}${count === 1 ? '' : 's'}`
}
