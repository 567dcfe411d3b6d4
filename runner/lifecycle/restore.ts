import { getDeployment } from '../../contract/store/deployments.ts'
import { allHosts } from '../../contract/store/micros.ts'
import type { Deployment } from '../../contract/deployment.ts'
import type { Store } from '../../contract/store/connect.ts'
import type { Settings } from '../../contract/settings.ts'
import type { Route } from '../gateway/protocol.ts'
import { hostsOf, routeTo } from './routes.ts'

export interface Served {
  readonly routes: readonly Route[]
  /** Every deployment that a host leads to. */
  readonly deploymentIds: ReadonlySet<string>
  /** Those among them that their micro's production host leads to. */
  readonly inProduction: ReadonlySet<string>
}

/** What is to be served, read from Redis alone: the picture that a restarted engine begins with. */
export async function readServed(
  store: Store,
  settings: Pick<Settings, 'domain' | 'scheme' | 'idleMs'>,
): Promise<Served> {
  const hosts = Object.entries(await allHosts(store))
  const deployments = new Map<string, Deployment>()
  for (const id of new Set(hosts.map(([, id]) => id))) {
    const deployment = await getDeployment(store, id)
    if (deployment?.state === 'live') deployments.set(id, deployment)
  }
  const routes: Route[] = []
  const inProduction = new Set<string>()
  for (const [host, id] of hosts) {
    const deployment = deployments.get(id)
    if (deployment === undefined) continue
    routes.push(routeTo(deployment, host, settings))
    if (hostsOf(deployment, settings)[0] === host) inProduction.add(id)
  }
  return { routes, deploymentIds: new Set(deployments.keys()), inProduction }
}
