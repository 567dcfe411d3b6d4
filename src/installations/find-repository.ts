import type { Octokit } from '@octokit/rest'
import type { GitHub } from '../github/client.ts'
import { lookTwice } from '../github/look-twice.ts'
import { listedRepository, type Listed } from '../reconcile/listed.ts'

/** How an installation of the App stands. */
export type InstallationStanding = 'active' | 'suspended' | 'gone'

/** @throws Octokit's RequestError for anything but a missing installation. */
export async function standingOf({ app }: GitHub, installationId: number): Promise<InstallationStanding> {
  const standing = await lookTwice(async () => {
    const { data } = await app.rest.apps.getInstallation({ installation_id: installationId })
    return data.suspended_at ? 'suspended' : 'active'
  })
  return standing ?? 'gone'
}

interface Sought {
  readonly repositoryId: number
  /** Where it may be, the likeliest first. */
  readonly installationIds: readonly number[]
  /** What it was last called. */
  readonly owner: string
  readonly repository: string
}

/**
 * A repository as GitHub shows it now, wherever the App reaches it; undefined when it does nowhere: it is deleted, was taken from the
 * installation, or went to somebody who has not installed the App, or the installation is gone or suspended.
 *
 * @throws Octokit's RequestError for anything that is no answer to that.
 */
export async function findReached(github: GitHub, sought: Sought): Promise<Listed | undefined> {
  const asked = new Set<number>()
  const look = async (installationId: number | undefined) => {
    if (installationId === undefined || asked.has(installationId)) return undefined
    asked.add(installationId)
    return readIn(github, { repositoryId: sought.repositoryId, installationId })
  }
  for (const installationId of sought.installationIds) {
    const found = await look(installationId)
    if (found !== undefined) return found
  }
  // GitHub leads from a former name to where the repository is now.
  return look(await installationByName(github.app, sought))
}

async function readIn(
  github: GitHub,
  { repositoryId, installationId }: { readonly repositoryId: number; readonly installationId: number },
): Promise<Listed | undefined> {
  if ((await standingOf(github, installationId)) !== 'active') return undefined
  return lookTwice(async () => {
    const { data } = await github
      .forInstallation(installationId)
      .request('GET /repositories/{id}', { id: repositoryId })
    return { ...listedRepository.parse(data), installationId }
  })
}

async function installationByName(app: Octokit, { owner, repository }: Sought): Promise<number | undefined> {
  return lookTwice(async () => {
    const { data } = await app.rest.apps.getRepoInstallation({ owner, repo: repository })
    return data.id
  })
}
