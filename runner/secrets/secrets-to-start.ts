import type { Deployment } from '../../contract/deployment.ts'
import { isPinned } from '../../contract/store/pauses.ts'
import { keptSecrets } from '../../contract/store/repository/kept-secrets.ts'
import type { Runner } from '../runner.ts'
import { openMicroSecrets, readMicroSecrets, type MicroSecrets } from './micro-secrets.ts'

type Vault = Pick<Runner, 'store' | 'masterKey'>

/**
 * What a live deployment is started with when it is wanted again: the secrets that are set now, or those of then while it is live because of
 * a roll-back and was not restarted since.
 *
 * @throws MicropushError `secret-unreadable`
 */
export async function secretsToStart(vault: Vault, deployment: Deployment): Promise<MicroSecrets> {
  const then = (await isPinned(vault.store, deployment)) ? await secretsOfThen(vault, deployment) : undefined
  return then ?? readMicroSecrets(vault, deployment)
}

/**
 * What a deployment was given when it last went live or was restarted; undefined when that was not noted.
 *
 * @throws MicropushError `secret-unreadable`
 */
export async function secretsOfThen(vault: Vault, deployment: Deployment): Promise<MicroSecrets | undefined> {
  const stored = await keptSecrets(vault.store, deployment.id)
  return stored === undefined ? undefined : openMicroSecrets(vault, deployment, stored)
}
