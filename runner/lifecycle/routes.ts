import type { Deployment } from '../../contract/deployment.ts'
import { endpointUrl, hostOf, permanentLabel, targetLabel } from '../../contract/names.ts'
import type { Settings } from '../../contract/settings.ts'
import type { SleepPolicy } from '../../contract/sleep.ts'
import type { Route } from '../gateway/protocol.ts'

type Origin = Pick<Settings, 'domain' | 'scheme'>

/**
 * The host names that a deployment gets when it goes live: first the one that leads to its target's newest, then, in production, the one
 * that stays with it. A preview's commit has none of its own, which would be that of production once it is merged.
 */
export function hostsOf(deployment: Deployment, origin: Origin): [string, ...string[]] {
  const { owner, sha, target } = deployment
  const names = { owner, micro: deployment.config.name }
  const first = hostOf(targetLabel({ ...names, target }), origin.domain)
  if (target.kind === 'preview') return [first]
  return [first, hostOf(permanentLabel({ ...names, sha }), origin.domain)]
}

/** The address of what a deployment is to be: its micro in production, or the preview. */
export function targetUrl({ owner, config, target }: Deployment, origin: Origin): string {
  return endpointUrl(targetLabel({ owner, micro: config.name, target }), origin)
}

/** What the gateway has to know to serve a host. */
export function routeTo(
  deployment: Deployment,
  host: string,
  { idleMs, scale }: Pick<SleepPolicy, 'idleMs' | 'scale'>,
): Route {
  const { timeoutMs, payloadBytes } = deployment.config.limits
  const { name: micro } = deployment.config
  const noindex = deployment.target.kind === 'preview'
  return {
    host,
    deploymentId: deployment.id,
    micro,
    timeoutMs,
    payloadBytes,
    noindex,
    idleMs: idleForRoute(idleMs),
    scale,
  }
}

/** JSON knows no Infinity: 0 says never. */
export function idleForRoute(idleMs: number): number {
  return idleMs === Infinity ? 0 : idleMs
}
