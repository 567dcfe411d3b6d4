import { isPending, type DeploymentOutcome, type DeploymentState } from '../deployment.ts'
import type { Store } from './connect.ts'

export interface KeptArtifacts {
  readonly app: ReadonlySet<string>
  readonly dependencies: ReadonlySet<string>
  /** None: a cache saves time at a start, and is made again when it is missed. */
  readonly cache: ReadonlySet<string>
}

interface Keeping {
  /** Deployments that ended after this are counted too, because their last requests may be answered still. */
  readonly endedSinceMs: number
  /** Whether a deployment that ended has a sandbox yet; none has when absent. */
  readonly runs?: (deploymentId: string) => boolean
}

/** The artifacts of every deployment that may still be started, which are live ones, older ones that are kept, and those under way. */
export async function keptArtifacts({ redis, keys }: Store, keeping: Keeping): Promise<KeptArtifacts> {
  const { endedSinceMs, runs = () => false } = keeping
  const app = new Set<string>()
  const dependencies = new Set<string>()
  const scan = redis.scanStream({ match: keys.deployment('*'), count: 500 })
  for await (const page of scan as AsyncIterable<string[]>) {
    const records = await Promise.all(page.map((key) => redis.hmget(key, 'state', 'since', 'outcome:artifacts')))
    for (const [at, [state, since, text]] of records.entries()) {
      if (typeof text !== 'string') continue
      const id = page[at]?.slice(keys.deployment('').length) ?? ''
      if (!mayStart(state as DeploymentState) && Number(since) < endedSinceMs && !runs(id)) continue
      const artifacts = JSON.parse(text) as NonNullable<DeploymentOutcome['artifacts']>
      app.add(artifacts.app)
      if (artifacts.dependencies !== undefined) dependencies.add(artifacts.dependencies)
    }
  }
  return { app, dependencies, cache: new Set() }
}

/** The runtimes of those deployments, by their ids. */
export async function keptRuntimes({ redis, keys }: Store): Promise<Set<string>> {
  const runtimes = new Set<string>()
  const scan = redis.scanStream({ match: keys.deployment('*'), count: 500 })
  for await (const page of scan as AsyncIterable<string[]>) {
    const records = await Promise.all(page.map((key) => redis.hmget(key, 'state', 'outcome:runtime')))
    for (const [state, text] of records) {
      if (typeof text === 'string' && mayStart(state as DeploymentState)) runtimes.add(JSON.parse(text) as string)
    }
  }
  return runtimes
}

function mayStart(state: DeploymentState): boolean {
  return state === 'live' || isPending(state)
}
