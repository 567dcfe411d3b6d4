import type { Deployment } from '../../../contract/deployment.ts'
import { targetLabel } from '../../../contract/names.ts'
import type { Settings } from '../../../contract/settings.ts'
import type { MicroSecrets } from '../../secrets/micro-secrets.ts'
import { targetUrl } from '../routes.ts'
import { spaceEnvironment } from './space-environment.ts'

/** The port that an app which starts its own server has to listen on. */
const PORT = '8000'

interface Given {
  readonly origin: Pick<Settings, 'domain' | 'scheme'>
  readonly secrets: Pick<MicroSecrets, 'key' | 'values'>
}

/**
 * What a micro finds in its environment: the file's `env`, over it the secrets that were set, and what we promise on top, which neither
 * can change. Names of Deta's are for apps that were written for Deta Micros.
 */
export function microEnvironment(deployment: Deployment, { origin, secrets }: Given): Record<string, string> {
  const { owner, config, target } = deployment
  return {
    ...config.env,
    ...secrets.values,
    PORT,
    MICRO_NAME: config.name,
    MICRO_KEY: secrets.key,
    MICRO_DEPLOYMENT_ID: deployment.id,
    MICRO_COMMIT: deployment.sha,
    MICRO_URL: targetUrl(deployment, origin),
    MICRO_TARGET: target.kind,
    ...(target.kind === 'preview' ? { MICRO_PULL_REQUEST: String(target.pull) } : {}),
    DETA_RUNTIME: 'true',
    DETA_PATH: targetLabel({ owner, micro: config.name, target }),
    DETA_PROJECT_KEY: secrets.key,
    ...spaceEnvironment(deployment, origin),
  }
}
