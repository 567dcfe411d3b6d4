import type { Runner } from '../runner.ts'
import { removeSnapshot } from '../sandbox/snapshots/remove-snapshot.ts'

/** Takes a deployment's snapshot away, and what is on its way to become one; also where none are taken any more. */
export async function forgetSnapshot(
  { sandboxes, dataDir }: Pick<Runner, 'sandboxes' | 'dataDir'>,
  deploymentId: string,
): Promise<void> {
  const { snapshots } = sandboxes
  await (snapshots === undefined ? removeSnapshot(dataDir, deploymentId) : snapshots.remove(deploymentId))
}
