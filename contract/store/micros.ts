import { platformLimits } from '../limits.ts'
import { microKey } from '../deployment.ts'
import type { Deployment, DeploymentOutcome } from '../deployment.ts'
import type { Store } from './connect.ts'
import { getDeployment, outcomeFields } from './deployments.ts'
import { scripts } from './scripts.ts'

/** Records of finished deployments that are kept for each micro. */
const KEPT_RECORDS = 20
/** As long as their logs: names cost nothing, and a repository can end micros of new ones with every push. */
const ENDED_TTL_SECONDS = 30 * 24 * 3600

export interface Publication {
  readonly deployment: Deployment
  /** Host names without port that lead to it from now on. */
  readonly hosts: readonly string[]
  readonly outcome: DeploymentOutcome
}

export type Published =
  | { readonly kind: 'live'; readonly formerId: string | undefined }
  /** A newer deployment is live already; this one must not take its place. */
  | { readonly kind: 'stale'; readonly liveId: string }
  /** It was cancelled, or its micro was ended, while it was started. */
  | { readonly kind: 'lost' }

/** Makes a started deployment the live one of its micro and points its hosts to it, unless something newer happened. */
export async function publishDeployment({ redis, keys }: Store, publication: Publication): Promise<Published> {
  const { deployment, hosts, outcome } = publication
  const key = microKey({ repositoryId: deployment.repositoryId, micro: deployment.config.name })
  const [kind, detail] = (await redis.eval(
    scripts.publish,
    4,
    keys.micro(key),
    keys.deployment(deployment.id),
    keys.pending,
    keys.hosts,
    deployment.id,
    deployment.sequence,
    Date.now(),
    hosts.length,
    ...hosts,
    ...outcomeFields(outcome),
  )) as [Published['kind'], string]
  switch (kind) {
    case 'live':
      return { kind, formerId: detail || undefined }
    case 'stale':
      return { kind, liveId: detail }
    case 'lost':
      return { kind }
  }
}

/** Names (`repositoryId/micro`) of the micros that a repository serves. */
export async function microsOfRepository({ redis, keys }: Store, repositoryId: number): Promise<string[]> {
  return (await redis.smembers(keys.micros(repositoryId))).toSorted()
}

/** The newest deployment of a micro, whatever became of it, and the live one. */
export async function microStanding(
  store: Store,
  key: string,
): Promise<{ newest: Deployment | undefined; live: Deployment | undefined }> {
  const { newestId, live } = await store.redis.hgetall(store.keys.micro(key))
  return {
    newest: newestId === undefined ? undefined : await getDeployment(store, newestId),
    live: live === undefined ? undefined : await getDeployment(store, live),
  }
}

/**
 * Ends a micro as of a push: its live deployments become `destroyed`, its pending ones `cancelled`, its hosts and its name are
 * free again. Gives the deployments that were touched; a `work` job `destroy` has to follow, and reports, and then they are settled
 * (`unsettledDeployments`).
 */
export async function endMicro(
  { redis, keys }: Store,
  of: { readonly microKey: string; readonly sequence: number },
): Promise<string[]> {
  const repositoryId = Number(of.microKey.split('/')[0])
  return (await redis.eval(
    scripts.endMicro,
    7,
    keys.micro(of.microKey),
    keys.history(of.microKey),
    keys.pending,
    keys.hosts,
    keys.claims,
    keys.micros(repositoryId),
    keys.unsettled,
    of.sequence,
    Date.now(),
    keys.deployment(''),
    of.microKey,
    ENDED_TTL_SECONDS,
  )) as string[]
}

/**
 * Lets go of deployments past the number that is kept; gives those whose sandbox and folders are to be removed: a job `destroy` has to
 * follow, and then they are settled (`unsettledDeployments`).
 */
export async function retireDeployments({ redis, keys }: Store, key: string): Promise<string[]> {
  return (await redis.eval(
    scripts.retire,
    4,
    keys.micro(key),
    keys.history(key),
    keys.hosts,
    keys.unsettled,
    Date.now(),
    platformLimits.keptDeployments,
    KEPT_RECORDS,
    keys.deployment(''),
    keys.log(''),
  )) as string[]
}

/** Every host name with the deployment it leads to. */
export async function allHosts({ redis, keys }: Store): Promise<Record<string, string>> {
  return redis.hgetall(keys.hosts)
}
