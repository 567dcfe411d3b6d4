import { getDeployment } from '../../contract/store/deployments.ts'
import type { Runner } from '../runner.ts'
import { noMask, type Mask } from './mask.ts'
import { readMicroSecrets } from './micro-secrets.ts'

/** What hides a deployment's secrets in the output of its app. Values that were replaced since it was started are not known any more. */
export async function maskFor(runner: Pick<Runner, 'store' | 'masterKey'>, deploymentId: string): Promise<Mask> {
  const deployment = await getDeployment(runner.store, deploymentId)
  return deployment === undefined ? noMask : (await readMicroSecrets(runner, deployment)).mask
}
