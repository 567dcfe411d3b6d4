import type { Deployment } from '../../contract/deployment.ts'
import { getDeployment } from '../../contract/store/deployments.ts'
import type { Deps } from '../deps.ts'
import type { Command } from './obeyed.ts'

/** The deployment whose button was pressed; undefined for any other command, and for one of another repository. */
export async function deploymentOf(
  { from, repositoryId }: Pick<Command, 'from' | 'repositoryId'>,
  { store }: Pick<Deps, 'store'>,
): Promise<Deployment | undefined> {
  if (from.kind !== 'check') return undefined
  const found = await getDeployment(store, from.deploymentId)
  return found?.repositoryId === repositoryId ? found : undefined
}
