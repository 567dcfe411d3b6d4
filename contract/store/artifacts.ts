import { isPending, type DeploymentOutcome, type DeploymentState } from '../deployment.ts'
import type { Store } from './connect.ts'

export interface KeptArtifacts {
  readonly app: ReadonlySet<string>
  readonly dependencies: ReadonlySet<string>
}

/**
 * The artifacts of every deployment that may still be started, which are live ones, older ones that are kept, and those under way; and
 * of those that ended after `endedSinceMs`, because their last requests may be answered still.
 */
export async function keptArtifacts({ redis, keys }: Store, endedSinceMs: number): Promise<KeptArtifacts> {
  const app = new Set<string>()
  const dependencies = new Set<string>()
  const scan = redis.scanStream({ match: keys.deployment('*'), count: 500 })
  for await (const page of scan as AsyncIterable<string[]>) {
    const records = await Promise.all(page.map((key) => redis.hmget(key, 'state', 'since', 'outcome:artifacts')))
    for (const [state, since, text] of records) {
      if (typeof text !== 'string') continue
      if (!mayStart(state as DeploymentState) && Number(since) < endedSinceMs) continue
      const artifacts = JSON.parse(text) as NonNullable<DeploymentOutcome['artifacts']>
      app.add(artifacts.app)
      if (artifacts.dependencies !== undefined) dependencies.add(artifacts.dependencies)
    }
  }
  return { app, dependencies }
}

function mayStart(state: DeploymentState): boolean {
  return state === 'live' || isPending(state)
}
