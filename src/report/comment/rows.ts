import { isPending, type Deployment } from '../../../contract/deployment.ts'
import type { Store } from '../../../contract/store/connect.ts'
import { targetStanding, type Standing } from '../../../contract/store/micros.ts'
import { forgetPullMicros, microsOfPull, type PullRef } from '../../../contract/store/reports/pull-comments.ts'
import { targetKey } from '../../../contract/target-key.ts'

/** A micro of a pull request, as it stands. */
export interface Row {
  readonly micro: string
  /** The newest word on it: what is or was wanted, or was not to be made. */
  readonly deployment: Deployment
  /** Where its preview answers at the moment. */
  readonly url: string | undefined
  /** Whether it was ended since that word. */
  readonly isOver: boolean
}

/** A file names twenty micros at the most, and those of before stay for a while; an author who renames them with every push must not fill it. */
const MOST_ROWS = 40

/** What a pull request's comment speaks of; what there is no record of any more, and of too many that have ended the oldest, is left out. */
export async function readRows(store: Store, of: PullRef): Promise<Row[]> {
  const { repositoryId, pull } = of
  const rows: Row[] = []
  for (const micro of await microsOfPull(store, of)) {
    const target = { kind: 'preview', pull, fork: false, secrets: 'preview' } as const
    const key = targetKey({ repositoryId, config: { name: micro }, target })
    const standing = await targetStanding(store, key)
    const deployment = newestWord(standing)
    if (deployment === undefined) continue
    const isOver = standing.ended !== undefined && standing.ended.sequence > deployment.sequence
    rows.push({ micro, deployment, url: standing.live?.outcome.url, isOver })
  }
  const dropped = tooMany(rows)
  await forgetPullMicros(store, { repositoryId, pull, micros: dropped })
  return rows.filter(({ micro }) => !dropped.includes(micro))
}

/** What was deployed last, or skipped since; once that has ended as well, its end. */
function newestWord({ newest, skipped, ended }: Standing): Deployment | undefined {
  if (newest === undefined || skipped === undefined) return newest ?? skipped
  if (newest.sequence > skipped.sequence) return newest
  const endedWithPull = newest.state === 'destroyed' && ended !== undefined && ended.sequence > skipped.sequence
  const endedByItself = newest.outcome.ended !== undefined && newest.stateSinceMs > skipped.stateSinceMs
  return endedWithPull || endedByItself ? newest : skipped
}

/** Names of those that have ended and are the oldest, past the number that is shown. */
export function tooMany(rows: readonly Row[]): string[] {
  const ended = rows.filter((row) => hasEnded([row])).toSorted((a, b) => a.deployment.sequence - b.deployment.sequence)
  return ended.slice(0, Math.max(0, rows.length - MOST_ROWS)).map(({ micro }) => micro)
}

/** Whether there is anything to show: a comment on a pull request of which nothing is built is noise. */
export function isWorthSaying(rows: readonly Row[]): boolean {
  return rows.some(({ deployment, url }) => url !== undefined || deployment.state !== 'skipped')
}

/** Whether nothing of it is left, or to come. */
export function hasEnded(rows: readonly Row[]): boolean {
  return rows.every(({ deployment, url, isOver }) => {
    if (url !== undefined || isPending(deployment.state)) return false
    return isOver || deployment.state === 'destroyed' || deployment.state === 'cancelled'
  })
}
