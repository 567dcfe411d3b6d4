import { asMicropushError } from '../../contract/errors.ts'
import { getDeployment } from '../../contract/store/deployments.ts'
import { renewKeptSecrets } from '../../contract/store/pauses.ts'
import { appendLog } from '../../contract/store/logs/deployment-logs.ts'
import { noteProgress, type Progress } from '../../contract/store/progress.ts'
import { endSandbox } from '../lifecycle/end/end-sandbox.ts'
import { examine } from '../lifecycle/end/examine.ts'
import { targetUrl } from '../lifecycle/routes.ts'
import { startDeployment } from '../lifecycle/start-deployment.ts'
import type { Runner } from '../runner.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { readMicroSecrets, type MicroSecrets } from '../secrets/micro-secrets.ts'
import type { JobEnd } from './job-end.ts'

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
    // What was put on disk before is what this is to be rid of.
    await runner.sandboxes.snapshots?.remove(deploymentId)
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
  // Its end may have been told before the fleet knew it.
  await examine(runner, deploymentId)
  if (deployment.target.kind === 'production') await renewKeptSecrets(runner.store, deployment, secrets.records)
  if (replaced.former.length > 0) {
    await note('draining', 'The fresh one serves; the former one finishes what it has begun')
    await replaced.ended
  }
  runner.log.info({ deploymentId, micro: deployment.config.name }, 'restarted')
  await appendLog(runner.store, { id: deploymentId, text: '==> Restarted, with the secrets that are set now.\n' })
  await note('done', `Live at ${targetUrl(deployment, runner.settings)}, with the secrets that are set now`)
  return { kind: 'done' }
}

async function isLive(runner: Runner, deploymentId: string): Promise<boolean> {
  return (await getDeployment(runner.store, deploymentId))?.state === 'live'
}
