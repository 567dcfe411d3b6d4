import { isDeepStrictEqual } from 'node:util'
import type { Deployment } from '../../../contract/deployment.ts'
import type { Runner } from '../../runner.ts'
import { secretsToStart } from '../../secrets/secrets-to-start.ts'
import { microEnvironment } from './micro-environment.ts'

type Needs = Pick<Runner, 'store' | 'masterKey' | 'settings'>

/**
 * Whether a deployment would be started with this environment now: secrets may have changed since it was made.
 *
 * @throws MicropushError `secret-unreadable`; what Redis throws.
 */
export async function environmentIsCurrent(
  runner: Needs,
  deployment: Deployment,
  env: Readonly<Record<string, string>>,
): Promise<boolean> {
  const secrets = await secretsToStart(runner, deployment)
  return isDeepStrictEqual(microEnvironment(deployment, { origin: runner.settings, secrets }), env)
}
