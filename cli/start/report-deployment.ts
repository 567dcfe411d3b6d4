import { setTimeout as sleep } from 'node:timers/promises'
import { isPending, type Deployment } from '../../contract/deployment.ts'
import { slug } from '../../contract/names.ts'
import type { Settings } from '../../contract/settings.ts'
import type { Store } from '../../contract/store/connect.ts'
import { targetStanding } from '../../contract/store/micros.ts'
import { microKey } from '../../contract/target-key.ts'
import { cleanText } from '../../contract/text/clean-text.ts'
import { formatTable } from '../format-table.ts'

const DEADLINE_MS = 10 * 60_000
const FORGE_DEADLINE_MS = 10_000

/** Waits until the deployment of a pushed commit has ended one way or the other. */
export async function awaitDeployment(
  store: Store,
  push: {
    readonly settings: Settings
    readonly repository: string
    readonly sha: string
    readonly signal: AbortSignal
  },
): Promise<Deployment> {
  const deadline = Date.now() + DEADLINE_MS
  const key = microKey({
    repositoryId: await repositoryId(push.settings, push.repository),
    micro: slug(push.repository.split('/')[1] ?? ''),
  })
  while (Date.now() < deadline) {
    push.signal.throwIfAborted()
    const { newest } = await targetStanding(store, key)
    if (newest?.sha === push.sha && !isPending(newest.state)) return newest
    await sleep(50)
  }
  throw new Error(`${push.repository} did not become live within ten minutes.`)
}

/** One row a deployment: where it is live and how long each stage took. */
export function deploymentTable(deployments: readonly Deployment[]): string[] {
  const stages = ['queued', 'fetch', 'prepare', 'build', 'start', 'publish', 'total']
  const rows = deployments.map(({ config, outcome }) => [
    config.name,
    outcome.runtime ?? '?',
    ...stages.map((stage) => seconds(outcome.timings?.[stage])),
    cleanText(outcome.url ?? outcome.error?.message ?? ''),
  ])
  return formatTable([['micro', 'runtime', ...stages, 'endpoint'], ...rows])
}

async function repositoryId(settings: Settings, repository: string): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${settings.forgePort}/api/v3/repos/${repository}`, {
    headers: { authorization: 'Bearer local' },
    signal: AbortSignal.timeout(FORGE_DEADLINE_MS),
  })
  if (!response.ok) throw new Error(`The forge does not know ${repository}: it answered ${response.status}.`)
  return ((await response.json()) as { id: number }).id
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? '-' : `${(ms / 1000).toFixed(2)} s`
}
