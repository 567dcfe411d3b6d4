import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Deployment, DeploymentOutcome, PendingState } from '../contract/deployment.ts'
import { microKey } from '../contract/deployment.ts'
import { formatSize } from '../contract/format-size.ts'
import { platformLimits } from '../contract/limits.ts'
import { addDestroy, addReport } from '../contract/queue.ts'
import { getDeployment, transitionDeployment } from '../contract/store/deployments.ts'
import { publishDeployment, retireDeployments } from '../contract/store/micros.ts'
import { buildMicro } from './build/build-micro.ts'
import type { DeploymentLog } from './deployment-log.ts'
import { prepareRuntime } from './images/prepare.ts'
import { hostsOf, productionUrl, routeTo } from './lifecycle/routes.ts'
import { startDeployment } from './lifecycle/start-deployment.ts'
import type { Runner } from './runner.ts'
import { destroySandbox } from './sandbox/destroy-sandbox.ts'
import type { Sandbox } from './sandbox/sandbox.ts'
import { detectMicro } from './source/detect-micro.ts'
import { fetchSource } from './source/fetch-source.ts'
import { startStopwatch } from './stopwatch.ts'

/** Thrown when a deployment was cancelled, superseded or ended while it was worked on: nothing is left to do or to report. */
export class Overtaken extends Error {}

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
    const { runtime, launch, warnings } = await detectMicro(source.dir, config)
    log.note(`Fetched ${source.entries} files, ${formatSize(source.bytes)}. Runtime ${runtime.id}.`)
    for (const warning of warnings) log.note(`Warning: ${warning}`)
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
        config,
        runtime,
        launch,
        out: log.out,
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

async function advanceTo(
  runner: Runner,
  change: { readonly deployment: Deployment; readonly to: PendingState; readonly outcome: DeploymentOutcome },
): Promise<void> {
  const { deployment, to, outcome } = change
  const moved = await transitionDeployment(runner.store, {
    id: deployment.id,
    from: ['queued', 'fetching', 'building', 'starting'],
    to,
    outcome,
  })
  if (!moved) throw new Overtaken()
  await addReport(runner.queues, { kind: 'deployment', deploymentId: deployment.id })
}

/** Points the hosts at the new sandbox; the former one serves what it has begun, and sleeps after that. */
async function publish(
  runner: Runner,
  live: { readonly deployment: Deployment; readonly sandbox: Sandbox; readonly timings: () => Record<string, number> },
): Promise<void> {
  const { deployment, sandbox } = live
  const hosts = hostsOf(deployment, runner.settings)
  const result = await publishDeployment(runner.store, {
    deployment,
    hosts,
    outcome: { url: productionUrl(deployment, runner.settings), isolation: sandbox.isolation, timings: live.timings() },
  }).catch(async (error: unknown) => {
    await destroySandbox(runner.sandboxes, sandbox)
    throw error
  })
  if (result.kind !== 'live') {
    await destroySandbox(runner.sandboxes, sandbox)
    if (result.kind === 'stale') await supersede(runner, deployment, result.liveId)
    throw new Overtaken()
  }
  runner.fleet.adopt(sandbox, 'hot')
  runner.inProduction.add(deployment.id)
  if (result.formerId !== undefined) runner.inProduction.delete(result.formerId)
  runner.gateways.tell({ type: 'awake', deploymentId: deployment.id, socket: sandbox.socket })
  for (const host of hosts) {
    const route = routeTo(deployment, host)
    runner.routed.set(host, route)
    runner.gateways.tell({ type: 'route', route })
  }
  await addReport(runner.queues, { kind: 'deployment', deploymentId: deployment.id })
  const key = microKey({ repositoryId: deployment.repositoryId, micro: deployment.config.name })
  await addDestroy(runner.queues, await retireDeployments(runner.store, key))
}

/** A newer commit went live while this one was built. */
async function supersede(runner: Runner, deployment: Deployment, liveId: string): Promise<void> {
  const live = await getDeployment(runner.store, liveId)
  const outcome = live === undefined ? {} : { supersededBy: live.sha }
  await transitionDeployment(runner.store, { id: deployment.id, from: ['starting'], to: 'superseded', outcome })
  await addReport(runner.queues, { kind: 'deployment', deploymentId: deployment.id })
}
