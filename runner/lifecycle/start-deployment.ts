import { join } from 'node:path'
import type { Deployment } from '../../contract/deployment.ts'
import { MicropushError } from '../../contract/errors.ts'
import { findRuntime, type Runtime } from '../../runtimes/catalogue.ts'
import { findCache } from '../build/warm/find-cache.ts'
import { prepareRuntime, sandboxReference } from '../images/prepare.ts'
import type { Runner } from '../runner.ts'
import type { Sandbox, SandboxSpec } from '../sandbox/sandbox.ts'
import { startSandbox } from '../sandbox/start-sandbox.ts'
import type { MicroSecrets } from '../secrets/micro-secrets.ts'
import { requireSecrets } from '../secrets/require-secrets.ts'
import { environmentIsCurrent } from './environment/environment-is-current.ts'
import { microEnvironment } from './environment/micro-environment.ts'

interface Start {
  readonly secrets: MicroSecrets
  /** Whether it may be brought back from where it stood, instead of being started from nothing. */
  readonly wakes?: true
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
  { secrets, wakes, signal }: Start,
): Promise<Sandbox> {
  const { artifacts, launch, runtime: id } = deployment.outcome
  const runtime = id === undefined ? undefined : findRuntime(id)
  if (artifacts === undefined || launch === undefined || runtime === undefined) {
    throw new MicropushError('internal', 'This deployment was never built.')
  }
  requireSecrets(deployment, secrets)
  const { cells } = runner.sandboxes
  const snapshots = mayHaveSnapshot(deployment) ? runner.sandboxes.snapshots : undefined
  const image = await imageOf(runner, runtime, signal)
  const store = join(runner.settings.dataDir, 'artifacts')
  const compiled = { image, artifacts, launch, env: deployment.config.env }
  const cacheDir = await findCache({ ...compiled, dataDir: runner.dataDir })
  const spec: SandboxSpec = {
    deploymentId: deployment.id,
    micro: deployment.config.name,
    image,
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
  }
  const restored = wakes ? await snapshots?.wake(spec, signal) : undefined
  const sandbox = restored ?? (await startSandbox(runner.sandboxes, spec, { signal, onPhase: () => {} }))
  const kind = { image, language: runtime.language }
  cells?.know(deployment.id, kind)
  snapshots?.know(deployment.id, kind)
  if (restored === undefined) {
    snapshots?.request({ spec, isCurrent: () => environmentIsCurrent(runner, deployment, spec.env) })
  }
  runner.appLogs.follow(sandbox, secrets.mask)
  if (cacheDir === undefined) {
    runner.warmUps.request({ ...compiled, deploymentId: deployment.id })
  }
  return sandbox
}

/** Docker need not be asked for an image of which a sandbox waits: it could not be removed. */
async function imageOf(runner: Runner, runtime: Runtime, signal: AbortSignal): Promise<string> {
  const image = await sandboxReference(runtime)
  const { cells, snapshots } = runner.sandboxes
  if (cells?.has(image) === true || snapshots?.has(image) === true) return image
  return (await prepareRuntime(runner, runtime, { signal, onProgress: () => {} })).sandbox
}

/** A command's start is the app's own business: there is no moment at which it is imported and does not listen yet. */
function mayHaveSnapshot({ config, outcome }: Deployment): boolean {
  return config.snapshot !== false && outcome.launch?.kind === 'loader'
}
