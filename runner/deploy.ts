import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Deployment, DeploymentOutcome, PendingState } from '../contract/deployment.ts'
import { formatSize } from '../contract/format-size.ts'
import { platformLimits } from '../contract/limits.ts'
import { addReport } from '../contract/queue.ts'
import { transitionDeployment } from '../contract/store/deployments.ts'
import { buildMicro } from './build/build-micro.ts'
import type { DeploymentLog } from './deployment-log.ts'
import { prepareRuntime } from './images/prepare.ts'
import { productionUrl } from './lifecycle/routes.ts'
import { startDeployment } from './lifecycle/start-deployment.ts'
import { Overtaken } from './overtaken.ts'
import { publish } from './publish.ts'
import type { Runner } from './runner.ts'
import { readMicroSecrets } from './secrets/micro-secrets.ts'
import { hiddenVariables, requireSecrets } from './secrets/require-secrets.ts'
import { detectMicro } from './source/detect-micro.ts'
import { fetchSource } from './source/fetch-source.ts'
import { completeLegacy } from './source/legacy/complete-legacy.ts'
import { startStopwatch } from './stopwatch.ts'

interface Run {
  readonly deployment: Deployment
  readonly log: DeploymentLog
  readonly signal: AbortSignal
}

/**
 * One deployment from its source to live. Throws MicropushError when it cannot be done, Overtaken when it need not be done any
 * more; then nothing of it is left behind but cached artifacts.
 */
export async function deploy(runner: Runner, run: Run): Promise<void> {
  const { deployment, log, signal } = run
  const { config } = deployment
  const watch = startStopwatch(deployment.createdAtMs)
  const workDir = join(runner.settings.dataDir, 'work', deployment.id)
  const advance = (to: PendingState, outcome: DeploymentOutcome = {}) => advanceTo(runner, { deployment, to, outcome })

  try {
    await advance('fetching')
    const secrets = await readMicroSecrets(runner, deployment, 'production')
    requireSecrets(deployment, secrets)
    for (const warning of hiddenVariables(deployment, secrets)) log.note(`Warning: ${warning}`)
    watch.stage('room')
    using _room = await runner.house.begin(runner)
    watch.stage('fetch')
    const source = await fetchSource(
      {
        botSocket: runner.settings.sockets.bot,
        deploymentId: deployment.id,
        folder: config.src,
        intoDir: workDir,
        maxBytes: config.limits.sourceBytes,
        maxEntries: platformLimits.sourceEntries,
      },
      signal,
    )
    const completed = await completeLegacy(source.dir, config)
    const { runtime, launch, warnings } = await detectMicro(source.dir, completed.config)
    log.note(`Fetched ${source.entries} files, ${formatSize(source.bytes)}. Runtime ${runtime.id}.`)
    for (const warning of [...completed.notes, ...warnings]) log.note(`Warning: ${warning}`)
    await advance('building', {
      runtime: runtime.id,
      launch,
      warnings: [...warnings],
      detail: `Preparing ${runtime.id}`,
    })

    watch.stage('prepare')
    const images = await prepareRuntime(runner, runtime, { signal, onProgress: log.note })
    watch.stage('build')
    const built = await buildMicro(
      {
        docker: runner.docker,
        instance: runner.instance,
        dataDir: runner.settings.dataDir,
        images,
        network: runner.network.builder,
        isolation: runner.sandboxes.isolation,
        resolvConf: runner.network.resolvConf,
      },
      {
        deploymentId: deployment.id,
        source,
        config: completed.config,
        runtime,
        launch,
        out: log.out,
        // Words that come late say nothing, and must not take the deployment back to a state that it has left.
        onDetail: (detail: string) => void advance('building', { detail }).catch(() => {}),
        signal,
      },
    )
    const plan = { artifacts: built.artifacts, sizes: built.sizes, cached: built.cached }
    await advance('starting', { ...plan, detail: 'Starting' })

    watch.stage('start')
    const started: Deployment = {
      ...deployment,
      outcome: { ...deployment.outcome, ...plan, runtime: runtime.id, launch },
    }
    const sandbox = await startDeployment(runner, started, signal)
    watch.stage('publish')
    await publish(runner, { deployment: started, sandbox, timings: () => watch.read() })
    log.note(`Live at ${productionUrl(deployment, runner.settings)}`)
  } finally {
    await rm(workDir, { recursive: true, force: true })
  }
}

/**
 * From where each state is reached: from itself too, because a command may be sent twice when the connection was lost. A job that is
 * begun again begins at `fetching`, whatever became of it before.
 */
const before = {
  queued: [],
  fetching: ['queued', 'fetching', 'building', 'starting'],
  building: ['fetching', 'building'],
  starting: ['building', 'starting'],
} as const satisfies Record<PendingState, readonly PendingState[]>

async function advanceTo(
  runner: Runner,
  change: { readonly deployment: Deployment; readonly to: PendingState; readonly outcome: DeploymentOutcome },
): Promise<void> {
  const { deployment, to, outcome } = change
  const moved = await transitionDeployment(runner.store, { id: deployment.id, from: before[to], to, outcome })
  if (!moved) throw new Overtaken()
  await addReport(runner.queues, { kind: 'deployment', deploymentId: deployment.id })
}
