import type { Deployment } from '../../contract/deployment.ts'
import type { Settings } from '../../contract/settings.ts'
import { productionUrl } from './routes.ts'

/** The port that an app which starts its own server has to listen on. */
const PORT = '8000'

/** What a micro finds in its environment: the file's `env`, and what we promise on top, which the file cannot change. */
export function microEnvironment(
  deployment: Deployment,
  origin: Pick<Settings, 'domain' | 'scheme'>,
): Record<string, string> {
  return {
    ...deployment.config.env,
    PORT,
    MICRO_NAME: deployment.config.name,
    MICRO_DEPLOYMENT_ID: deployment.id,
    MICRO_COMMIT: deployment.sha,
    MICRO_URL: productionUrl(deployment, origin),
  }
}
