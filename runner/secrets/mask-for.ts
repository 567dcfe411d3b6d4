import type { Deployment } from '../../contract/deployment.ts'
import { MicropushError } from '../../contract/errors.ts'
import { getDeployment } from '../../contract/store/deployments.ts'
import type { Runner } from '../runner.ts'
import { createMask, noMask, type Mask } from './mask.ts'
import { readMicroSecrets } from './micro-secrets.ts'
import { secretsOfThen } from './secrets-to-start.ts'

/**
 * What hides a deployment's secrets in the output of its app: those that are set, and those it was last made live or restarted with. Others
 * that were replaced since it was started are not known any more.
 */
export async function maskFor(runner: Pick<Runner, 'store' | 'masterKey'>, deploymentId: string): Promise<Mask> {
  const deployment = await getDeployment(runner.store, deploymentId)
  if (deployment === undefined) return noMask
  const [now, then] = await Promise.all([readMicroSecrets(runner, deployment), secretsOfThen(runner, deployment)])
  if (then === undefined) return now.mask
  return createMask([now.key, ...Object.values(now.values), ...Object.values(then.values)])
}

/**
 * What hides a deployment's secrets in its build log. Builders have none of them; what is committed or printed all the same is hidden.
 * Secrets that cannot be read hide nothing here: the deployment itself fails by them.
 */
export async function maskForBuild(runner: Pick<Runner, 'store' | 'masterKey'>, deployment: Deployment): Promise<Mask> {
  try {
    return (await readMicroSecrets(runner, deployment)).mask
  } catch (error) {
    if (error instanceof MicropushError && error.code === 'secret-unreadable') return noMask
    throw error
  }
}
