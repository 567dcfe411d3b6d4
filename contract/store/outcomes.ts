import type { DeploymentState } from '../deployment.ts'
import type { ErrorCode } from '../errors.ts'
import type { Store } from './connect.ts'

/** How a deployment's way through the pipeline may end. */
export const pipelineEnds = [
  'live',
  'failed',
  'cancelled',
  'superseded',
  'skipped',
] as const satisfies readonly DeploymentState[]

export type PipelineEnd = (typeof pipelineEnds)[number]

interface Outcome {
  readonly end: PipelineEnd
  /** Why it failed. */
  readonly code?: ErrorCode | undefined
}

/**
 * Counts how a deployment ended, in Redis, because bot and runner both end some and a count must not begin anew with either. Called after
 * what it counts has happened: that it cannot be counted is nobody's concern but the operator's graph.
 */
export async function countOutcome(store: Store, { end, code }: Outcome, times = 1): Promise<void> {
  if (times === 0) return
  const field = code === undefined ? end : `${end} ${code}`
  await store.redis.hincrby(store.keys.outcomes, field, times).catch(() => {})
}

/** How many have ended in which way since there are records; `code` is empty for all that did not fail. */
export async function readOutcomes({
  redis,
  keys,
}: Store): Promise<{ readonly end: string; readonly code: string; readonly count: number }[]> {
  return Object.entries(await redis.hgetall(keys.outcomes)).map(([field, count]) => {
    const [end = '', code = ''] = field.split(' ')
    return { end, code, count: Number(count) }
  })
}

export function asPipelineEnd(state: string): PipelineEnd | undefined {
  return pipelineEnds.find((end) => end === state)
}
