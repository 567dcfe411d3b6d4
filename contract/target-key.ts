import type { DeploymentBase } from './deployment.ts'

/**
 * Identifies what a deployment takes the place of: the micro in production, by the micro's own key, or its preview for one pull request.
 */
export function targetKey(
  of: Pick<DeploymentBase, 'repositoryId' | 'target'> & { readonly config: { readonly name: string } },
): string {
  const key = microKey({ repositoryId: of.repositoryId, micro: of.config.name })
  return of.target.kind === 'production' ? key : `${key}/pr-${of.target.pull}`
}

/** Identifies a micro through renames and transfers of its repository. */
export function microKey(of: { readonly repositoryId: number; readonly micro: string }): string {
  return `${of.repositoryId}/${of.micro}`
}

/** The number of the repository that a target is of. */
export function repositoryOfKey(key: string): number {
  return Number(key.split('/')[0])
}

/** The name of the micro that a target is of. */
export function microOfKey(key: string): string {
  return key.split('/')[1] ?? key
}

/** The number of the pull request that a target is a preview for; undefined for production. */
export function pullOfKey(key: string): number | undefined {
  const number = /\/pr-(\d+)$/.exec(key)?.[1]
  return number === undefined ? undefined : Number(number)
}
