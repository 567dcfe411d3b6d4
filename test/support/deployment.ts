import { newDeploymentId, type DeploymentBase } from '../../contract/deployment.ts'
import { defaultLimits } from '../../contract/limits.ts'
import type { Store } from '../../contract/store/connect.ts'
import { nextSequence } from '../../contract/store/deployments.ts'

/** What is known of a new deployment of `ada/hello`, the newest of all; its commit begins with its place in the order. */
export async function newestBase(store: Store, over: Partial<DeploymentBase> = {}): Promise<DeploymentBase> {
  const sequence = await nextSequence(store)
  return {
    id: newDeploymentId(),
    repositoryId: 7,
    owner: 'ada',
    repository: 'hello',
    installationId: 3,
    sha: `${sequence.toString(16)}abcdef0`.padEnd(40, '0'),
    branch: 'main',
    sequence,
    config: { name: 'hello', src: '.', env: {}, secrets: [], limits: defaultLimits },
    target: { kind: 'production' },
    createdAtMs: Date.now(),
    ...over,
  }
}
