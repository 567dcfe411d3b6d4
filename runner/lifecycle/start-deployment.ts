import { join } from 'node:path'
import type { Deployment } from '../../contract/deployment.ts'
import { MicropushError } from '../../contract/errors.ts'
import { findRuntime } from '../../runtimes/catalogue.ts'
import { findCache } from '../build/warm/find-cache.ts'
import { prepareRuntime } from '../images/prepare.ts'
import type { Runner } from '../runner.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { startSandbox } from '../sandbox/start-sandbox.ts'
import type { MicroSecrets } from '../secrets/micro-secrets.ts'
import { requireSecrets } from '../secrets/require-secrets.ts'
import { microEnvironment } from './environment/micro-environment.ts'

interface Start {
  readonly secrets: MicroSecrets
  readonly signal: AbortSignal
}

/**
 * A sandbox for a deployment whose artifacts are on disk.
 *
 * @throws MicropushError what `startSandbox` throws; `secret-missing`; `internal` when the record lacks what a build would have noted.
 */
export async function startDeployment(
  runner: Runner,
  deployment: Deployment,
  { secrets, signal }: Start,
): Promise<Sandbox> {
  const { artifacts, launch, runtime: id } = deployment.outcome
  const runtime = id === undefined ? undefined : findRuntime(id)
  if (artifacts === undefined || launch === undefined || runtime === undefined) {
    throw new MicropushError('internal', 'This deployment was never built.')
  }
  requireSecrets(deployment, secrets)
  const images = await prepareRuntime(runner, runtime, { signal, onProgress: () => {} })
  const store = join(runner.settings.dataDir, 'artifacts')
  const compiled = { image: images.sandbox, artifacts, launch, env: deployment.config.env }
  const cacheDir = await findCache({ ...compiled, dataDir: runner.dataDir })
  const sandbox = await startSandbox(
    runner.sandboxes,
    {
      deploymentId: deployment.id,
      micro: deployment.config.name,
      image: images.sandbox,
      launch,
      language: runtime.language,
      appDir: join(store, 'app', artifacts.app),
      ...(artifacts.dependencies === undefined
        ? {}
        : { dependenciesDir: join(store, 'dependencies', artifacts.dependencies) }),
      ...(cacheDir === undefined ? {} : { cacheDir }),
      env: microEnvironment(deployment, { origin: runner.settings, secrets }),
      mask: secrets.mask,
      limits: deployment.config.limits,
    },
    { signal, onPhase: () => {} },
  )
  runner.sandboxes.cells?.know(deployment.id, { image: images.sandbox, language: runtime.language })
  runner.appLogs.follow(sandbox, secrets.mask)
  if (cacheDir === undefined) {
    runner.warmUps.request({ ...compiled, deploymentId: deployment.id })
  }
  return sandbox
}
