import { getDeployment } from '../../contract/store/deployments.ts'
import { ALL_MICROS } from '../../contract/store/repository/secrets.ts'
import { forgetSnapshot } from '../lifecycle/forget-snapshot.ts'
import type { Runner } from '../runner.ts'
import { snapshotOwners } from '../sandbox/snapshots/list-snapshots.ts'
import type { JobEnd } from './job-end.ts'

interface Changed {
  /** All repositories when it is absent. */
  readonly repositoryId?: number | undefined
  /** Its name, or `ALL_MICROS`. */
  readonly micro: string
}

/**
 * Takes snapshots away that were made with the secrets of before, those that are being made among them. What runs keeps its secrets until it is
 * started anew.
 */
export async function runSecretsChanged(runner: Runner, { repositoryId, micro }: Changed): Promise<JobEnd> {
  const { store, dataDir, routed } = runner
  const served = [...routed.values()].map(({ deploymentId }) => deploymentId)
  for (const id of new Set([...(await snapshotOwners(dataDir)), ...served])) {
    const deployment = await getDeployment(store, id)
    if (repositoryId !== undefined && deployment?.repositoryId !== repositoryId) continue
    if (micro !== ALL_MICROS && micro !== deployment?.config.name) continue
    await forgetSnapshot(runner, id)
  }
  return { kind: 'done' }
}
