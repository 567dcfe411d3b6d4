import {
  deploymentBase,
  deploymentOutcome,
  deploymentStates,
  isPending,
  stateDeadlinesMs,
  type Deployment,
  type DeploymentBase,
  type DeploymentOutcome,
  type DeploymentState,
} from '../deployment.ts'
import { productionLabel, targetLabel } from '../names.ts'
import { parsePause, type Pause } from '../pause.ts'
import { microKey, targetKey } from '../target-key.ts'
import type { Store } from './connect.ts'
import { asPipelineEnd, countOutcome } from './outcomes.ts'
import { deploymentScripts } from './scripts/deployment.ts'
import { servedKey } from './targets.ts'

const OUTCOME = 'outcome:'
/** As long as their logs: names cost nothing, and a repository can end micros of new ones with every push. */
export const ENDED_TTL_SECONDS = 30 * 24 * 3600

export type Creation =
  | { readonly kind: 'created'; readonly supersededId: string | undefined }
  /** This very push made its deployment before. */
  | { readonly kind: 'exists'; readonly id: string }
  /** A newer push of the same micro was there first. */
  | { readonly kind: 'stale'; readonly newestId: string | undefined }
  /** Another repository of the owner serves a micro of this name. */
  | { readonly kind: 'name-taken'; readonly targetKey: string }
  /** A roll-back keeps new commits from going live. */
  | { readonly kind: 'paused'; readonly pause: Pause }

/** A number that is higher than every one given out before: the order in which pushes were accepted. */
export async function nextSequence({ redis, keys }: Store): Promise<number> {
  return redis.incr(keys.sequence)
}

/**
 * Notes a new deployment as `queued`, or as `held` until somebody approves of it; one of the same target that still waits becomes
 * `superseded` in the same step, and has to be reported and settled (`unsettledDeployments`).
 */
export async function createDeployment(
  store: Store,
  base: DeploymentBase,
  state: 'queued' | 'held' = 'queued',
): Promise<Creation> {
  const { redis, keys } = store
  const key = targetKey(base)
  const names = { owner: base.owner, micro: base.config.name }
  const now = Date.now()
  const [kind, detail] = (await redis.eval(
    deploymentScripts.create,
    8,
    keys.micro(key),
    keys.deployment(base.id),
    keys.pending,
    keys.history(key),
    keys.claims,
    servedKey(keys, key),
    keys.unsettled,
    keys.unreported,
    base.id,
    base.sequence,
    JSON.stringify(deploymentBase.parse(base)),
    now,
    now + stateDeadlinesMs[state],
    targetLabel({ ...names, target: base.target }),
    key,
    base.sha,
    keys.deployment(''),
    state,
    productionLabel(names),
    microKey({ repositoryId: base.repositoryId, micro: base.config.name }),
  )) as [Creation['kind'], string]
  switch (kind) {
    case 'created':
      if (detail) await countOutcome(store, { end: 'superseded' })
      return { kind, supersededId: detail || undefined }
    case 'exists':
      return { kind, id: detail }
    case 'stale':
      return { kind, newestId: detail || undefined }
    case 'name-taken':
      return { kind, targetKey: detail }
    case 'paused':
      return { kind, pause: parsePause(detail) }
  }
}

/**
 * Notes a deployment that is not to be made, and why, so that everybody who looks for it finds it. It takes nobody's place.
 */
export async function skipDeployment(
  store: Store,
  base: DeploymentBase,
  why: string,
): Promise<Exclude<Creation, { readonly kind: 'name-taken' | 'paused' }>> {
  const { redis, keys } = store
  const key = targetKey(base)
  const [kind, detail] = (await redis.eval(
    deploymentScripts.skip,
    4,
    keys.micro(key),
    keys.deployment(base.id),
    keys.history(key),
    keys.unreported,
    base.id,
    base.sequence,
    JSON.stringify(deploymentBase.parse(base)),
    Date.now(),
    key,
    ENDED_TTL_SECONDS,
    ...outcomeFields({ detail: why }),
  )) as ['created' | 'exists' | 'stale', string]
  switch (kind) {
    case 'created':
      await countOutcome(store, { end: 'skipped' })
      return { kind, supersededId: undefined }
    case 'exists':
      return { kind, id: detail }
    case 'stale':
      return { kind, newestId: detail || undefined }
  }
}

/** One deployment as it stands, or nothing when its record is gone. */
export async function getDeployment({ redis, keys }: Store, id: string): Promise<Deployment | undefined> {
  if (!/^d[0-9a-f]{30}$/.test(id)) return undefined
  return readDeployment(await redis.hgetall(keys.deployment(id)))
}

export interface Transition {
  readonly id: string
  /** Allowed only when the deployment is in one of these; the same state again only changes the outcome. */
  readonly from: readonly DeploymentState[]
  readonly to: Exclude<DeploymentState, 'live'>
  readonly outcome?: DeploymentOutcome
  /** The longest that it may stay in that state; else what `stateDeadlinesMs` says. */
  readonly withinMs?: number
}

/**
 * Moves a deployment on, and says whether it did: false means that somebody else ended it in the meantime, and whoever works on
 * it has to stop. `live` is reached by `publishDeployment` alone.
 */
export async function transitionDeployment(store: Store, change: Transition): Promise<boolean> {
  const { redis, keys } = store
  const now = Date.now()
  const deadline = isPending(change.to) ? now + (change.withinMs ?? stateDeadlinesMs[change.to]) : ''
  const result = await redis.eval(
    deploymentScripts.transition,
    3,
    keys.deployment(change.id),
    keys.pending,
    keys.unreported,
    change.id,
    change.to,
    now,
    deadline,
    change.from.length,
    ...change.from,
    ...outcomeFields(change.outcome ?? {}),
  )
  const end = asPipelineEnd(change.to)
  if (result === 'moved' && end !== undefined) await countOutcome(store, { end, code: change.outcome?.error?.code })
  return result === 'moved' || result === 'ok'
}

/**
 * Lets a deployment that failed wait to be built once more, unless a newer one of its micro has come since; a job `deploy` has to follow.
 *
 * @returns whether it waits now.
 */
export async function requeueDeployment({ redis, keys }: Store, deployment: Deployment): Promise<boolean> {
  const key = targetKey(deployment)
  const now = Date.now()
  const result = await redis.eval(
    deploymentScripts.requeue,
    4,
    keys.deployment(deployment.id),
    keys.micro(key),
    keys.pending,
    keys.unreported,
    deployment.id,
    now,
    now + stateDeadlinesMs.queued,
  )
  return result === 1
}

/** Deployments whose state has outlived its deadline. */
export async function overdueDeployments({ redis, keys }: Store, nowMs: number): Promise<string[]> {
  return redis.zrangebyscore(keys.pending, '-inf', String(nowMs))
}

/** When its present state has lasted too long, in ms since 1970; undefined when nobody has to work on it. */
export async function deploymentDeadline({ redis, keys }: Store, id: string): Promise<number | undefined> {
  const score = await redis.zscore(keys.pending, id)
  return score === null ? undefined : Number(score)
}

/** Every deployment somebody has to work on. */
export async function pendingDeployments({ redis, keys }: Store): Promise<string[]> {
  return redis.zrange(keys.pending, '0', '-1')
}

/** Field and value pairs of an outcome's parts, for a hash. */
export function outcomeFields(outcome: DeploymentOutcome): string[] {
  return Object.entries(outcome).flatMap(([name, value]) =>
    value === undefined ? [] : [OUTCOME + name, JSON.stringify(value)],
  )
}

function readDeployment(fields: Record<string, string>): Deployment | undefined {
  const { base, state, since } = fields
  if (base === undefined || state === undefined || since === undefined) return undefined
  const known = deploymentStates.find((one) => one === state)
  if (known === undefined) return undefined
  const outcome: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(fields)) {
    if (name.startsWith(OUTCOME)) outcome[name.slice(OUTCOME.length)] = JSON.parse(value) as unknown
  }
  return {
    ...deploymentBase.parse(JSON.parse(base)),
    state: known,
    stateSinceMs: Number(since),
    outcome: deploymentOutcome.parse(outcome),
  }
}
