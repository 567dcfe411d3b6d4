import type { Deployment } from '../../../contract/deployment.ts'
import { slug, targetLabel } from '../../../contract/names.ts'
import type { Settings } from '../../../contract/settings.ts'

/**
 * What a micro of a Spacefile finds besides in its environment: https://github.com/deta/space-docs, "Space Runtime". The app's host name is
 * that of its primary micro, which is called after the repository.
 */
export function spaceEnvironment(
  { owner, repository, sha, config, target }: Deployment,
  { domain }: Pick<Settings, 'domain'>,
): Record<string, string> {
  if (config.legacy !== 'space') return {}
  const primary = slug(repository)
  return {
    DETA_SPACE_APP: 'true',
    DETA_SPACE_APP_VERSION: sha,
    DETA_SPACE_APP_HOSTNAME: `${targetLabel({ owner, micro: primary, target })}.${domain}`,
    DETA_SPACE_APP_MICRO_NAME: config.name,
    DETA_SPACE_APP_MICRO_TYPE: config.name === primary ? 'primary' : 'normal',
  }
}
