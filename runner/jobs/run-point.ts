import { setTimeout as sleep } from 'node:timers/promises'
import type { Deployment } from '../../contract/deployment.ts'
import { asMicropushError } from '../../contract/errors.ts'
import type { PointJob } from '../../contract/jobs/work.ts'
import { addDestroy, reportDeployment } from '../../contract/queue.ts'
import { getDeployment } from '../../contract/store/deployments.ts'
import { appendLog } from '../../contract/store/logs/deployment-logs.ts'
import { targetHistory } from '../../contract/store/micros.ts'
import { pointDeployment, type Pointed } from '../../contract/store/pauses.ts'
import { noteProgress, type Progress } from '../../contract/store/progress.ts'
import { markSettled, unsettledDeployments } from '../../contract/store/unsettled.ts'
import { targetKey } from '../../contract/target-key.ts'
import { endSandbox } from '../lifecycle/end/end-sandbox.ts'
import { examine } from '../lifecycle/end/examine.ts'
import { hostsOf, targetUrl } from '../lifecycle/routes.ts'
import { startDeployment } from '../lifecycle/start-deployment.ts'
import { followUp, route } from '../publish.ts'
import type { Runner } from '../runner.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { readMicroSecrets, type MicroSecrets } from '../secrets/micro-secrets.ts'
import { secretsOfThen } from '../secrets/secrets-to-start.ts'
import type { JobEnd } from './job-end.ts'

/** How long we ask Redis again for what may have been done. */
const DOUBT_MS = 10_000
const DOUBT_PAUSE_MS = 250

/**
 * Points production to a deployment that is kept: it is started beside what serves, and only once it is ready the hosts lead to it, so that
 * no request is lost. After a roll-back it has the secrets of then; when that ends, those that are set now. A start that fails changes nothing.
 */
export async function runPoint(runner: Runner, point: PointJob, signal: AbortSignal): Promise<JobEnd> {
  return runner.works.join(`point ${point.pointId}`, signal, (either) => pointOnce(runner, point, either))
}

async function pointOnce(runner: Runner, point: PointJob, signal: AbortSignal): Promise<JobEnd> {
  const { deploymentId, pointId } = point
  const note = (state: Progress['state'], message: string) => noteProgress(runner.store, pointId, { state, message })
  const deployment = await getDeployment(runner.store, deploymentId)
  if (deployment?.state !== 'live' || deployment.target.kind !== 'production') {
    await note('failed', 'This deployment is no longer kept; nothing was changed.')
    return { kind: 'done' }
  }
  const commit = deployment.sha.slice(0, 7)
  await note('starting', `Starting ${commit}`)
  let started: Started
  try {
    started = await start(runner, { deployment, point }, signal)
  } catch (thrown) {
    if (signal.aborted) return { kind: 'stopped' }
    const { message, fault } = asMicropushError(thrown)
    runner.log[fault === 'user' ? 'info' : 'error']({ err: thrown, deploymentId }, 'a deployment could not be put back')
    await appendLog(runner.store, { id: deploymentId, text: `==> The ${point.why} failed: ${message}\n` })
    await note('failed', `${message}\nWhat served before goes on serving.`)
    return { kind: 'done' }
  }
  const { sandbox } = started
  const last: { pointed: Pointed } = { pointed: { kind: 'lost' } }
  const mayTakeItsPlace = async () => {
    last.pointed = await record(runner, { deployment, point })
    return last.pointed.kind === 'live'
  }
  const replaced = await runner.fleet.replace(sandbox, mayTakeItsPlace).catch(async (error: unknown) => {
    await endSandbox(runner, sandbox, 'none')
    throw error
  })
  if (replaced === undefined) {
    await note('failed', refusals[last.pointed.kind === 'stale' ? 'stale' : 'lost'])
    return { kind: 'done' }
  }
  route(runner, deployment, hostsOf(deployment, runner.settings))
  await note('done', `${commit} is live at ${targetUrl(deployment, runner.settings)}, ${started.words}`)
  // Its end may have been told before the fleet knew it.
  await examine(runner, deploymentId)
  await appendLog(runner.store, { id: deploymentId, text: `==> Live again: ${point.why} by ${point.by}.\n` })
  await tellOthers(runner, deployment, last.pointed)
  await followUp(runner, deployment)
  runner.log.info({ deploymentId, micro: deployment.config.name, why: point.why }, 'production was pointed to it')
  await replaced.ended
  return { kind: 'done' }
}

const refusals = {
  stale: 'Something newer went live meanwhile; nothing was changed.',
  lost: 'The deployment was ended meanwhile; nothing was changed.',
} as const

interface Wish {
  readonly deployment: Deployment
  readonly point: PointJob
}

interface Started {
  readonly sandbox: Sandbox
  /** With which secrets. */
  readonly words: string
}

async function start(runner: Runner, { deployment, point }: Wish, signal: AbortSignal): Promise<Started> {
  const { secrets, words } = await chooseSecrets(runner, { deployment, point })
  return { sandbox: await startDeployment(runner, deployment, { secrets, signal }), words }
}

async function chooseSecrets(
  runner: Runner,
  { deployment, point }: Wish,
): Promise<{ readonly secrets: MicroSecrets; readonly words: string }> {
  const now = 'with the secrets that are set now'
  if (point.why === 'resume') return { secrets: await readMicroSecrets(runner, deployment), words: now }
  const secrets = await secretsOfThen(runner, deployment)
  if (secrets !== undefined) return { secrets, words: 'with the secrets of then' }
  return {
    secrets: await readMicroSecrets(runner, deployment),
    words: `${now}: those of then were not kept`,
  }
}

/** Asked again when no answer came: the same token does it once. */
async function record(runner: Runner, { deployment, point }: Wish): Promise<Pointed> {
  const { why, by, sequence, pointId: token } = point
  const hosts = hostsOf(deployment, runner.settings)
  for (const deadline = Date.now() + DOUBT_MS; ; await sleep(DOUBT_PAUSE_MS)) {
    try {
      return await pointDeployment(runner.store, { why, deployment, by, hosts, sequence, token })
    } catch (error) {
      if (Date.now() > deadline) throw error
    }
  }
}

/** The one that production was pointed away from, and those that were under way and are skipped now. */
async function tellOthers(runner: Runner, deployment: Deployment, pointed: Pointed): Promise<void> {
  const { store, queues } = runner
  if (pointed.kind === 'live' && pointed.formerId !== undefined) await reportDeployment(queues, pointed.formerId)
  const unsettled = new Set(await unsettledDeployments(store))
  const history = await targetHistory(store, targetKey(deployment))
  const skipped = history.filter(({ id, state }) => state === 'skipped' && unsettled.has(id)).map(({ id }) => id)
  await addDestroy(queues, skipped)
  for (const id of skipped) await reportDeployment(queues, id)
  await markSettled(store, skipped)
}
