import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { MicroConfig } from '../contract/config.ts'
import type { Deployment, DeploymentOutcome, WorkState } from '../contract/deployment.ts'
import { platformLimits } from '../contract/limits.ts'
import { reportDeployment } from '../contract/queue.ts'
import { transitionDeployment } from '../contract/store/deployments.ts'
import { formatSize } from '../contract/text/format-size.ts'
import { buildMicro, type BuildContext } from './build/build-micro.ts'
import type { DeploymentLog } from './deployment-log.ts'
import { prepareRuntime, type RuntimeImages } from './images/prepare.ts'
import { targetUrl } from './lifecycle/routes.ts'
import { startDeployment } from './lifecycle/start-deployment.ts'
import { Overtaken } from './overtaken.ts'
import { publish } from './publish.ts'
import type { Runner } from './runner.ts'
import { readMicroSecrets } from './secrets/micro-secrets.ts'
import { hiddenVariables, requireSecrets, withheldSecrets } from './secrets/require-secrets.ts'
import { detectMicro, type Detected } from './source/detect-micro.ts'
import { fetchSource, type Source } from './source/fetch-source.ts'
import { completeLegacy } from './source/legacy/complete-legacy.ts'
import { pointerWarnings } from './source/lfs-pointer.ts'
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
  const watch = startStopwatch(deployment.createdAtMs)
  const workDir = join(runner.settings.dataDir, 'work', deployment.id)
  const advance = (to: WorkState, outcome: DeploymentOutcome = {}) => advanceTo(runner, { deployment, to, outcome })

  try {
    await advance('fetching')
    await checkSecrets(runner, run)
    watch.stage('room')
    using _room = await runner.house.begin(runner)
    watch.stage('fetch')
    const source = await fetchFiles(runner, run, workDir)
    const { config, runtime, launch, warnings } = await detect(source, run)
    const detected = { runtime: runtime.id, launch }
    await advance('building', {
      ...detected,
      warnings: [...withheldSecrets(deployment), ...warnings],
      detail: `Preparing ${runtime.id}`,
    })
    watch.stage('prepare')
    const images = await prepareRuntime(runner, runtime, { signal, onProgress: log.note })
    watch.stage('build')
    // Words that come late say nothing, and must not take the deployment back to a state that it has left.
    const onDetail = (detail: string) => void advance('building', { detail }).catch(() => {})
    const { id: deploymentId, fresh = false } = deployment
    const input = { deploymentId, fresh, source, config, runtime, launch, out: log.out, onDetail, signal }
    const built = await buildMicro(buildContext(runner, images), input)
    await advance('starting', { ...built, detail: 'Starting' })
    watch.stage('start')
    const started = { ...deployment, outcome: { ...deployment.outcome, ...built, ...detected } }
    const secrets = await readMicroSecrets(runner, deployment)
    const sandbox = await startDeployment(runner, started, { secrets, signal })
    watch.stage('publish')
    const timings = () => watch.read()
    await publish(runner, { deployment: started, sandbox, secrets: secrets.records, timings })
    log.note(`Live at ${targetUrl(deployment, runner.settings)}`)
    runner.metrics.deployed({ result: 'live', timings: watch.read() })
  } catch (error) {
    const isOver = error instanceof Overtaken || signal.aborted
    runner.metrics.deployed({ result: isOver ? 'ended' : 'failed', timings: watch.read() })
    throw error
  } finally {
    await rm(workDir, { recursive: true, force: true })
  }
}

/** Before anything is fetched or built for nothing. */
async function checkSecrets(runner: Runner, { deployment, log }: Run): Promise<void> {
  const secrets = await readMicroSecrets(runner, deployment)
  requireSecrets(deployment, secrets)
  for (const warning of [...withheldSecrets(deployment), ...hiddenVariables(deployment, secrets)])
    log.note(`Warning: ${warning}`)
}

function fetchFiles({ settings }: Runner, { deployment, signal }: Run, workDir: string): Promise<Source> {
  const { id, config } = deployment
  return fetchSource(
    {
      botSocket: settings.sockets.bot,
      deploymentId: id,
      folder: config.src,
      intoDir: workDir,
      maxBytes: config.limits.sourceBytes,
      maxEntries: platformLimits.sourceEntries,
    },
    signal,
  )
}

async function detect(source: Source, { deployment, log }: Run): Promise<Detected & { readonly config: MicroConfig }> {
  const { config, notes } = await completeLegacy(source.dir, deployment.config)
  const detected = await detectMicro(source.dir, config)
  log.note(`Fetched ${source.entries} files, ${formatSize(source.bytes)}. Runtime ${detected.runtime.id}.`)
  const warnings = [...pointerWarnings(source.pointers), ...detected.warnings]
  for (const warning of [...notes, ...warnings]) log.note(`Warning: ${warning}`)
  return { ...detected, config, warnings }
}

function buildContext({ docker, instance, settings, network, sandboxes }: Runner, images: RuntimeImages): BuildContext {
  const { isolation } = sandboxes
  const { builder, resolvConf } = network
  const { dataDir, installMs, buildMs } = settings
  return { docker, instance, dataDir, images, network: builder, isolation, resolvConf, installMs, buildMs }
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
} as const satisfies Record<WorkState, readonly WorkState[]>

async function advanceTo(
  runner: Runner,
  change: { readonly deployment: Deployment; readonly to: WorkState; readonly outcome: DeploymentOutcome },
): Promise<void> {
  const { deployment, to, outcome } = change
  const withinMs = to === 'building' ? longestBuildMs(runner.settings) : undefined
  const move = { id: deployment.id, from: before[to], to, outcome, ...(withinMs === undefined ? {} : { withinMs }) }
  const moved = await transitionDeployment(runner.store, move)
  if (!moved) throw new Overtaken()
  await reportDeployment(runner.queues, deployment.id)
}

/** What comes on top of the install and the build: images, copies, and the removal of what a builder left. */
const AROUND_BUILDS_MS = 5 * 60_000

/** The deadline of the state in which an install and a build run, so that each ends by its own first, in its own words. */
function longestBuildMs({ installMs, buildMs }: Runner['settings']): number {
  return installMs + buildMs + AROUND_BUILDS_MS
}
