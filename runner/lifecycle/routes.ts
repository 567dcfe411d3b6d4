import type { Deployment } from '../../contract/deployment.ts'
import { endpointUrl, hostOf, permanentLabel, productionLabel } from '../../contract/names.ts'
import type { Settings } from '../../contract/settings.ts'
import type { Route } from '../gateway/protocol.ts'

type Origin = Pick<Settings, 'domain' | 'scheme'>

/** The host names that a deployment gets when it goes live: production first, then the one that stays with it. */
export function hostsOf(deployment: Deployment, origin: Origin): [string, string] {
  const names = { owner: deployment.owner, micro: deployment.config.name }
  return [
    hostOf(productionLabel(names), origin.domain),
    hostOf(permanentLabel({ ...names, sha: deployment.sha }), origin.domain),
  ]
}

/** The address of a deployment's micro in production. */
export function productionUrl(deployment: Deployment, origin: Origin): string {
  return endpointUrl(productionLabel({ owner: deployment.owner, micro: deployment.config.name }), origin)
}

/** What the gateway has to know to serve a host. */
export function routeTo(deployment: Deployment, host: string): Route {
  const { timeoutMs, payloadBytes } = deployment.config.limits
  return { host, deploymentId: deployment.id, micro: deployment.config.name, timeoutMs, payloadBytes }
}
