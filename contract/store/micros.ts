import { previewEnd, type Deployment, type DeploymentOutcome, type PreviewEnd } from '../deployment.ts'
import { platformLimits } from '../limits.ts'
import { targetLabel } from '../names.ts'
import { parsePause, type Pause } from '../pause.ts'
import { pullOfKey, targetKey } from '../target-key.ts'
import type { Store } from './connect.ts'
import { countOutcome } from './outcomes.ts'
import { ENDED_TTL_SECONDS, getDeployment, outcomeFields } from './deployments.ts'
import { writeKeptSecrets } from './repository/kept-secrets.ts'
import type { StoredSecret } from './repository/secrets.ts'
import { targetScripts } from './scripts/target.ts'
import { servedKey } from './targets.ts'

/** Records of finished deployments that are kept for each micro. */
const KEPT_RECORDS = 20
/** Longer than any event waits; what strangers asked for and nobody let through is of no use to anybody, and costs them nothing. */
const NEVER_BEGUN_TTL_SECONDS = 2 * 24 * 3600
/** Older commits of a pull request are of no use to anybody. */
const KEPT_OF_PREVIEW = 1

export interface Publication {
  readonly deployment: Deployment
  /** Host names without port that lead to it from now on; first the one of its target. */
  readonly hosts: readonly string[]
  readonly outcome: DeploymentOutcome
  /** What it was started with, kept for a roll-back to it. */
  readonly secrets?: readonly StoredSecret[]
}

export type Published =
  | { readonly kind: 'live'; readonly formerId: string | undefined }
  /** A newer deployment is live already; this one must not take its place. */
  | { readonly kind: 'stale'; readonly liveId: string }
  /** It was cancelled, or its micro was ended, while it was started. */
  | { readonly kind: 'lost' }

/** Makes a started deployment the live one of its micro and points its hosts to it, unless something newer happened. */
export async function publishDeployment(store: Store, publication: Publication): Promise<Published> {
  const { redis, keys } = store
  const { deployment, hosts, outcome } = publication
  const key = targetKey(deployment)
  const [kind, detail] = (await redis.eval(
    targetScripts.publish,
    7,
    keys.micro(key),
    keys.deployment(deployment.id),
    keys.pending,
    keys.hosts,
    keys.keptSecrets(deployment.id),
    keys.claims,
    keys.unreported,
    deployment.id,
    deployment.sequence,
    Date.now(),
    publication.secrets === undefined ? '' : writeKeptSecrets(publication.secrets),
    targetLabel({ owner: deployment.owner, micro: deployment.config.name, target: deployment.target }),
    key,
    hosts.length,
    ...hosts,
    ...outcomeFields(outcome),
  )) as [Published['kind'], string]
  switch (kind) {
    case 'live':
      await countOutcome(store, { end: 'live' })
      return { kind, formerId: detail || undefined }
    case 'stale':
      return { kind, liveId: detail }
    case 'lost':
      return { kind }
  }
}

/** Keys (`repositoryId/micro`) of the micros that a repository serves in production. */
export async function microsOfRepository({ redis, keys }: Store, repositoryId: number): Promise<string[]> {
  return (await redis.smembers(keys.micros(repositoryId))).toSorted()
}

/** Keys (`repositoryId/micro/pr-<number>`) of the previews that a repository has. */
export async function previewsOfRepository({ redis, keys }: Store, repositoryId: number): Promise<string[]> {
  return (await redis.smembers(keys.previews(repositoryId))).toSorted()
}

export interface Standing {
  /** The newest that was wanted, whatever became of it. */
  readonly newest: Deployment | undefined
  readonly live: Deployment | undefined
  /** The newest that was not to be made. */
  readonly skipped: Deployment | undefined
  /** When it was last ended, in the order of triggers, and why, where it could have gone on. */
  readonly ended: { readonly sequence: number; readonly end: PreviewEnd | undefined } | undefined
  /** Why it takes no new commits, where it was rolled back. */
  readonly pause: Pause | undefined
}

/** How a target stands: in production, by the micro's own key. */
export async function targetStanding(store: Store, key: string): Promise<Standing> {
  const { newestId, live, skippedId, ended, endedWhy, paused } = await store.redis.hgetall(store.keys.micro(key))
  const read = async (id: string | undefined) => (id === undefined ? undefined : getDeployment(store, id))
  const end = endedWhy === undefined ? undefined : previewEnd.parse(JSON.parse(endedWhy))
  return {
    newest: await read(newestId),
    live: await read(live),
    skipped: await read(skippedId),
    ended: ended === undefined ? undefined : { sequence: Number(ended), end },
    pause: paused === undefined ? undefined : parsePause(paused),
  }
}

/** Deployments of a target that there are records of, the newest first. */
export async function targetHistory(store: Store, key: string): Promise<Deployment[]> {
  const ids = await store.redis.zrevrange(store.keys.history(key), 0, -1)
  const found = await Promise.all(ids.map((id) => getDeployment(store, id)))
  return found.filter((one) => one !== undefined)
}

/**
 * Ends a target as of a push or an event of its pull request: its live deployments become `destroyed`, its pending ones `cancelled`, its hosts and its name are
 * free again. Gives the deployments that were touched; a `work` job `destroy` has to follow, and reports, and then they are settled
 * (`unsettledDeployments`).
 */
export async function endTarget(
  store: Store,
  of: { readonly targetKey: string; readonly sequence: number; readonly end?: PreviewEnd | undefined },
): Promise<string[]> {
  const { redis, keys } = store
  const touched = (await redis.eval(
    targetScripts.endTarget,
    8,
    keys.micro(of.targetKey),
    keys.history(of.targetKey),
    keys.pending,
    keys.hosts,
    keys.claims,
    servedKey(keys, of.targetKey),
    keys.unsettled,
    keys.unreported,
    of.sequence,
    Date.now(),
    keys.deployment(''),
    of.targetKey,
    ENDED_TTL_SECONDS,
    of.end === undefined ? '' : JSON.stringify(of.end),
    keys.keptSecrets(''),
    NEVER_BEGUN_TTL_SECONDS,
  )) as string[]
  await countCancelled(store, touched)
  return touched
}

/** Those of an ended target that had not gone live yet. */
async function countCancelled(store: Store, ids: readonly string[]): Promise<void> {
  const { redis, keys } = store
  const states = await Promise.all(ids.map((id) => redis.hget(keys.deployment(id), 'state').catch(() => null)))
  await countOutcome(store, { end: 'cancelled' }, states.filter((state) => state === 'cancelled').length)
}

/**
 * Lets go of deployments past the number that is kept; gives those whose sandbox and folders are to be removed: a job `destroy` has to
 * follow, and then they are settled (`unsettledDeployments`).
 */
export async function retireDeployments({ redis, keys }: Store, key: string): Promise<string[]> {
  return (await redis.eval(
    targetScripts.retire,
    5,
    keys.micro(key),
    keys.history(key),
    keys.hosts,
    keys.unsettled,
    keys.unreported,
    Date.now(),
    pullOfKey(key) === undefined ? platformLimits.keptDeployments : KEPT_OF_PREVIEW,
    KEPT_RECORDS,
    keys.deployment(''),
    keys.log(''),
    keys.keptSecrets(''),
    keys.told(''),
  )) as string[]
}

/** Every host name with the deployment it leads to. */
export async function allHosts({ redis, keys }: Store): Promise<Record<string, string>> {
  return redis.hgetall(keys.hosts)
}
