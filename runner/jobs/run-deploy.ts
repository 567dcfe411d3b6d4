import { isPending, type Deployment } from '../../contract/deployment.ts'
import { asMicropushError, MicropushError } from '../../contract/errors.ts'
import { reportDeployment } from '../../contract/queue.ts'
import { getDeployment, transitionDeployment } from '../../contract/store/deployments.ts'
import { releaseLease, takeLease } from '../../contract/store/leases.ts'
import { targetKey } from '../../contract/target-key.ts'
import { deploy } from '../deploy.ts'
import { openDeploymentLog, type DeploymentLog } from '../deployment-log.ts'
import { Overtaken } from '../overtaken.ts'
import { followUp } from '../publish.ts'
import type { Runner } from '../runner.ts'
import { maskForBuild } from '../secrets/mask-for.ts'
import { noMask } from '../secrets/mask.ts'
import type { JobEnd } from './job-end.ts'

const LEASE_MS = 20_000
const LEASE_RENEWAL_MS = 5000

interface DeployWork {
  readonly deploymentId: string
  readonly lastTry: boolean
  readonly signal: AbortSignal
}

/** Runs one deployment to its end and notes what became of it. */
export async function runDeploy(runner: Runner, work: DeployWork): Promise<JobEnd> {
  return runner.works.join(work.deploymentId, work.signal, (signal) => runOnce(runner, { ...work, signal }))
}

async function runOnce(runner: Runner, work: DeployWork): Promise<JobEnd> {
  const deployment = await getDeployment(runner.store, work.deploymentId)
  if (deployment === undefined) return { kind: 'done' }
  if (!isPending(deployment.state)) return conclude(runner, deployment)
  const lease = { targetKey: targetKey(deployment), owner: deployment.id, ttlMs: LEASE_MS }
  if (!(await takeLease(runner.store, lease))) return { kind: 'busy' }
  const lost = new AbortController()
  const renew = async () => {
    if (!(await takeLease(runner.store, lease))) lost.abort()
  }
  // While Redis is away nobody else can take it either.
  const renewal = setInterval(() => void renew().catch(() => {}), LEASE_RENEWAL_MS)
  try {
    const end = await runLeased(runner, deployment, { ...work, signal: AbortSignal.any([work.signal, lost.signal]) })
    return end.kind === 'stopped' && lost.signal.aborted && !work.signal.aborted ? { kind: 'busy' } : end
  } finally {
    clearInterval(renewal)
    // An unreleased lease ends by itself.
    await releaseLease(runner.store, lease).catch(() => {})
  }
}

async function runLeased(runner: Runner, deployment: Deployment, work: DeployWork): Promise<JobEnd> {
  await using log = openDeploymentLog(runner.store, deployment.id, {
    mask: await maskForBuild(runner, deployment),
    onProblem: (error) =>
      runner.log.warn({ err: error, deploymentId: deployment.id }, 'a build log could not be stored'),
  })
  try {
    await deploy(runner, { deployment, log, signal: work.signal })
  } catch (thrown) {
    if (thrown instanceof Overtaken || work.signal.reason instanceof Overtaken) return { kind: 'done' }
    if (work.signal.aborted) return { kind: 'stopped' }
    const error = asMicropushError(thrown)
    if (error.fault !== 'user')
      runner.log.error({ err: thrown, deploymentId: deployment.id }, 'a deployment failed through no fault of its user')
    if (error.retry && !work.lastTry) {
      log.note(`${error.message} Trying again.`)
      return { kind: 'again', error }
    }
    await noteFailure(runner, { deployment, error, log })
    return { kind: 'done' }
  }
  runner.log.info({ deploymentId: deployment.id, micro: deployment.config.name, sha: deployment.sha }, 'live')
  await followUp(runner, deployment)
  return { kind: 'done' }
}

/** Its runner died, or lost Redis, between the end of the deployment and what follows from it: that is made up for. */
async function conclude(runner: Runner, deployment: Deployment): Promise<JobEnd> {
  if (deployment.state === 'live') await followUp(runner, deployment)
  else await reportDeployment(runner.queues, deployment.id)
  return { kind: 'done' }
}

/** Ends a deployment whose job the queue has given up, so that it does not wait for its deadline. */
export async function giveUp(runner: Runner, deploymentId: string, cause: Error): Promise<void> {
  await runner.works.stop(deploymentId, cause)
  const deployment = await getDeployment(runner.store, deploymentId)
  if (deployment === undefined) return
  if (!isPending(deployment.state)) return void (await conclude(runner, deployment))
  const error = new MicropushError(
    'internal',
    'micropush was interrupted again and again while it worked on this, and gave it up. Push again, or ask the operator.',
    { cause },
  )
  await using log = openDeploymentLog(runner.store, deploymentId, { mask: noMask, onProblem: () => {} })
  await noteFailure(runner, { deployment, error, log })
}

async function noteFailure(
  runner: Runner,
  failure: { readonly deployment: Deployment; readonly error: MicropushError; readonly log: DeploymentLog },
): Promise<void> {
  const { deployment, error, log } = failure
  // It may repeat a line of the build.
  const message = log.hide(error.message)
  log.note(`Failed: ${message}`)
  await log.flush()
  const moved = await transitionDeployment(runner.store, {
    id: deployment.id,
    from: ['queued', 'fetching', 'building', 'starting'],
    to: 'failed',
    outcome: { error: { code: error.code, message } },
  })
  if (moved) return reportDeployment(runner.queues, deployment.id)
  // Somebody else ended it, or it went live and we were not told: then the rest of that is ours.
  const found = await getDeployment(runner.store, deployment.id)
  if (found !== undefined && !isPending(found.state)) await conclude(runner, found)
}
