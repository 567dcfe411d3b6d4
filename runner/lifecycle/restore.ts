import { getDeployment } from '../../contract/store/deployments.ts'
import { allHosts } from '../../contract/store/micros.ts'
import type { Deployment } from '../../contract/deployment.ts'
import type { Store } from '../../contract/store/connect.ts'
import type { Settings } from '../../contract/settings.ts'
import type { Route } from '../gateway/protocol.ts'
import { createPolicies, type Policies } from './policies.ts'
import { hostsOf, routeTo } from './routes.ts'

export interface Served {
  readonly routes: readonly Route[]
  /** Every deployment that a host leads to, and how many sandboxes it may have. */
  readonly deployments: ReadonlyMap<string, number>
  /** Those among them that their micro's production host leads to. */
  readonly inProduction: Set<string>
  readonly policies: Policies
  /** The runtime of each of them, as the catalogue calls it. */
  readonly runtimeOf: ReadonlyMap<string, string>
}

/** What is to be served, read from Redis alone: the picture that a restarted engine begins with. */
export async function readServed(store: Store, settings: Settings): Promise<Served> {
  const hosts = Object.entries(await allHosts(store))
  const deployments = new Map<string, Deployment>()
  for (const id of new Set(hosts.map(([, id]) => id))) {
    const deployment = await getDeployment(store, id)
    if (deployment?.state === 'live') deployments.set(id, deployment)
  }
  const inProduction = new Set<string>()
  for (const [host, id] of hosts) {
    const deployment = deployments.get(id)
    if (deployment !== undefined && hostsOf(deployment, settings)[0] === host) inProduction.add(id)
  }
  const policies = createPolicies(settings, inProduction)
  for (const deployment of deployments.values()) policies.note(deployment)
  const routes = hosts.flatMap(([host, id]): Route[] => {
    const deployment = deployments.get(id)
    return deployment === undefined ? [] : [routeTo(deployment, host, policies.of(id))]
  })
  const most = [...deployments.keys()].map((id) => [id, policies.of(id).scale.max] as const)
  const runtimes = [...deployments].flatMap(([id, { outcome }]) =>
    outcome.runtime === undefined ? [] : [[id, outcome.runtime] as const],
  )
  return { routes, deployments: new Map(most), policies, inProduction, runtimeOf: new Map(runtimes) }
}
