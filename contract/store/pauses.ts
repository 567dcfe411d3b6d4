import type { Deployment, DeploymentOutcome } from '../deployment.ts'
import { describePause, parsePause, type Pause } from '../pause.ts'
import { targetKey } from '../target-key.ts'
import type { Store } from './connect.ts'
import { writeKeptSecrets } from './repository/kept-secrets.ts'
import type { StoredSecret } from './repository/secrets.ts'
import { pointScripts } from './scripts/point.ts'

export interface Point {
  readonly why: 'roll-back' | 'resume'
  /** A live one that is kept. */
  readonly deployment: Deployment
  /** Who asked for it, for people's eyes. */
  readonly by: string
  /** Host names without port that lead to it from now on. */
  readonly hosts: readonly string[]
  /** Its place in the order of pushes: nothing older goes live after it. */
  readonly sequence: number
  /** The same for the same wish: it is fulfilled once. */
  readonly token: string
}

export type Pointed =
  | { readonly kind: 'live'; readonly formerId: string | undefined }
  /** Something newer happened to the micro since this was asked for. */
  | { readonly kind: 'stale' }
  /** The deployment is kept no more, or the micro has ended. */
  | { readonly kind: 'lost' }

/**
 * Points a micro's production to a deployment that is kept, in one step. A roll-back pauses the micro: no other commit goes live until it
 * is resumed, and those under way become `skipped`, to be settled (`unsettledDeployments`).
 */
export async function pointDeployment({ redis, keys }: Store, point: Point): Promise<Pointed> {
  const { why, deployment, by, hosts, sequence, token } = point
  const { id, sha } = deployment
  const key = targetKey(deployment)
  const atMs = Date.now()
  const pause: Pause = { deploymentId: id, sha, by, atMs }
  const standing: DeploymentOutcome['standing'] = { kind: why === 'resume' ? 'resumed' : 'restored', by, atMs }
  const former: DeploymentOutcome['standing'] = { kind: 'rolled-back', by, atMs, to: sha }
  const [kind, formerId] = (await redis.eval(
    pointScripts.point,
    7,
    keys.micro(key),
    keys.deployment(id),
    keys.hosts,
    keys.history(key),
    keys.pending,
    keys.unsettled,
    keys.unreported,
    id,
    sequence,
    atMs,
    token,
    why,
    keys.deployment(''),
    JSON.stringify(pause),
    JSON.stringify(standing),
    JSON.stringify(former),
    JSON.stringify(describePause(pause, deployment)),
    hosts.length,
    ...hosts,
  )) as [Pointed['kind'], string]
  return kind === 'live' ? { kind, formerId: formerId || undefined } : { kind }
}

/** Why a micro's production takes no new commits; undefined when it does. */
export async function readPause({ redis, keys }: Store, microKey: string): Promise<Pause | undefined> {
  const text = await redis.hget(keys.micro(microKey), 'paused')
  return text === null ? undefined : parsePause(text)
}

/** Lets a micro's production take new commits again; what is live stays until one comes. Gives the pause that has ended. */
export async function endPause({ redis, keys }: Store, microKey: string): Promise<Pause | undefined> {
  const text = (await redis.eval(pointScripts.unpause, 1, keys.micro(microKey))) as string
  return text === '' ? undefined : parsePause(text)
}

/** Whether a deployment is live since a roll-back to it, and so has the secrets of then until it is restarted. */
export async function isPinned({ redis, keys }: Store, deployment: Deployment): Promise<boolean> {
  const [pinned, live] = await redis.hmget(keys.micro(targetKey(deployment)), 'pinned', 'live')
  return pinned === deployment.id && live === deployment.id
}

/** Notes the secrets that a deployment was restarted with: from now on it starts with those that are set. */
export async function renewKeptSecrets(
  { redis, keys }: Store,
  deployment: Deployment,
  secrets: readonly StoredSecret[],
): Promise<void> {
  const key = targetKey(deployment)
  await redis.eval(
    pointScripts.renew,
    3,
    keys.micro(key),
    keys.deployment(deployment.id),
    keys.keptSecrets(deployment.id),
    deployment.id,
    writeKeptSecrets(secrets),
  )
}
