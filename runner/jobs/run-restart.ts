import { asMicropushError } from '../../contract/errors.ts'
import type { Deployment } from '../../contract/deployment.ts'
import { getDeployment } from '../../contract/store/deployments.ts'
import { renewKeptSecrets } from '../../contract/store/pauses.ts'
import { appendLog } from '../../contract/store/logs/deployment-logs.ts'
import { noteProgress, type Progress } from '../../contract/store/progress.ts'
import { endSandbox } from '../lifecycle/end/end-sandbox.ts'
import { examine } from '../lifecycle/end/examine.ts'
import { quiet } from '../lifecycle/quiet/quiet.ts'
import { targetUrl } from '../lifecycle/routes.ts'
import { startDeployment } from '../lifecycle/start-deployment.ts'
import type { Runner } from '../runner.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { readMicroSecrets, type MicroSecrets } from '../secrets/micro-secrets.ts'
import type { JobEnd } from './job-end.ts'

/** What a gateway gives streams at least, and a little more for its word to arrive. */
const DRAIN_MS = 35_000
const DRAIN_SLACK_MS = 5000

interface Restart {
  readonly deploymentId: string
  /** Where the progress is noted. */
  readonly restartId: string
}

/**
 * Starts a live deployment anew, with the secrets that are set now, and lets it take the place of the sandbox that serves. Requests that have
 * begun there are finished; none is lost. A start that fails changes nothing.
 */
export async function runRestart(runner: Runner, restart: Restart, signal: AbortSignal): Promise<JobEnd> {
  return runner.works.join(`restart ${restart.restartId}`, signal, (either) => restartOnce(runner, restart, either))
}

async function restartOnce(runner: Runner, restart: Restart, signal: AbortSignal): Promise<JobEnd> {
  const { deploymentId } = restart
  const note = (state: Progress['state'], message: string) =>
    noteProgress(runner.store, restart.restartId, { state, message })
  const deployment = await getDeployment(runner.store, deploymentId)
  if (deployment?.state !== 'live') {
    await note('failed', 'This deployment is no longer live; nothing was restarted.')
    return { kind: 'done' }
  }
  await note('starting', 'Starting a fresh sandbox')
  let sandbox: Sandbox
  let secrets: MicroSecrets
  try {
    secrets = await readMicroSecrets(runner, deployment)
    sandbox = await startDeployment(runner, deployment, { secrets, signal })
  } catch (thrown) {
    if (signal.aborted) return { kind: 'stopped' }
    const { message, fault } = asMicropushError(thrown)
    runner.log[fault === 'user' ? 'info' : 'error']({ err: thrown, deploymentId }, 'a restart failed')
    await appendLog(runner.store, { id: deploymentId, text: `==> The restart failed: ${message}\n` })
    await note('failed', `${message}\nWhat served before the restart goes on serving.`)
    return { kind: 'done' }
  }
  const replaced = await runner.fleet
    .replace(sandbox, () => isLive(runner, deploymentId))
    .catch(async (error: unknown) => {
      await endSandbox(runner, sandbox, 'none')
      throw error
    })
  if (replaced === undefined) {
    await note('failed', 'The deployment was ended meanwhile; nothing was restarted.')
    return { kind: 'done' }
  }
  runner.gateways.tell({ type: 'sandboxes', deploymentId, sockets: [sandbox.socket] })
  // Its end may have been told before the fleet knew it.
  await examine(runner, deploymentId)
  if (deployment.target.kind === 'production') await renewKeptSecrets(runner.store, deployment, secrets.records)
  if (replaced.former !== undefined) {
    await note('draining', 'The fresh one serves; the former one finishes what it has begun')
    await endFormer(runner, { deployment, former: replaced.former }, signal)
  }
  runner.log.info({ deploymentId, micro: deployment.config.name }, 'restarted')
  await appendLog(runner.store, { id: deploymentId, text: '==> Restarted, with the secrets that are set now.\n' })
  await note('done', `Live at ${targetUrl(deployment, runner.settings)}, with the secrets that are set now`)
  return { kind: 'done' }
}

async function isLive(runner: Runner, deploymentId: string): Promise<boolean> {
  return (await getDeployment(runner.store, deploymentId))?.state === 'live'
}

/** Lets a sandbox that was replaced finish what it has begun, and ends it. */
export async function endFormer(
  runner: Runner,
  { deployment, former }: { readonly deployment: Deployment; readonly former: Sandbox },
  signal: AbortSignal,
): Promise<void> {
  const longestMs = Math.max(DRAIN_MS, deployment.config.limits.timeoutMs + DRAIN_SLACK_MS)
  await runner.drains.drain(deployment.id, signal, { socket: former.socket, longestMs })
  await quiet(runner.sandboxes, former, { idleMs: 0, afterResponseMs: runner.settings.afterResponseMs, signal })
  // When the runner goes down its requests go on; the next one's start removes it.
  if (!signal.aborted) await endSandbox(runner, former, 'grace')
}
