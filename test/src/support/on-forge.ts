import { readFile } from 'node:fs/promises'
import { readAppCredentials } from '../../../forge/auth/credentials.ts'
import type { stage } from '../../forge/support.ts'
import { startParts } from './bot.ts'

/** The bot's parts as the App of a forge, and the numbers of the repository that is there. */
export async function startPartsOn(there: Awaited<ReturnType<typeof stage>>) {
  const { data: installation } = await there.app.rest.apps.getRepoInstallation(there.repo)
  const { data: repository } = await there.person.rest.repos.get(there.repo)
  const { appId, privateKeyPath } = await readAppCredentials(there.home)
  const parts = await startParts({
    APP_ID: String(appId),
    PRIVATE_KEY: await readFile(privateKeyPath, 'utf8'),
    MICROPUSH_GITHUB_URL: there.forge.apiUrl,
  })
  return { parts, installationId: installation.id, repositoryId: repository.id }
}
