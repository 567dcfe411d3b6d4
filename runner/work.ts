import { isPending, microKey, type Deployment } from '../contract/deployment.ts'
import { asMicropushError, type MicropushError } from '../contract/errors.ts'
import { addReport } from '../contract/queue.ts'
import { getDeployment, transitionDeployment } from '../contract/store/deployments.ts'
import { releaseLease, takeLease } from '../contract/store/leases.ts'
import { allHosts } from '../contract/store/micros.ts'
import { deploy, Overtaken } from './deploy.ts'
import { openDeploymentLog, type DeploymentLog } from './deployment-log.ts'
import type { Runner } from './runner.ts'

const LEASE_MS = 20_000
const LEASE_RENEWAL_MS = 5000

/** How a job ended, as far as the queue has to know. */
export type WorkEnd =
  | { readonly kind: 'done' }
  /** Another deployment of the same micro is being built. */
  | { readonly kind: 'busy' }
  /** The runner is told to go down. */
  | { readonly kind: 'stopped' }
  /** It failed for a reason that may pass. */
  | { readonly kind: 'again'; readonly error: MicropushError }

interface DeployWork {
  readonly deploymentId: string
  readonly lastTry: boolean
  readonly signal: AbortSignal
}

/** Runs one deployment to its end and notes what became of it. */
export async function runDeploy(runner: Runner, work: DeployWork): Promise<WorkEnd> {
  const deployment = await getDeployment(runner.store, work.deploymentId)
  if (deployment === undefined || !isPending(deployment.state)) return { kind: 'done' }
  const key = microKey({ repositoryId: deployment.repositoryId, micro: deployment.config.name })
  const lease = { microKey: key, owner: deployment.id, ttlMs: LEASE_MS }
  if (!(await takeLease(runner.store, lease))) return { kind: 'busy' }
  const renewal = setInterval(() => void takeLease(runner.store, lease).catch(() => {}), LEASE_RENEWAL_MS)
  try {
    return await runLeased(runner, deployment, work)
  } finally {
    clearInterval(renewal)
    // An unreleased lease ends by itself.
    await releaseLease(runner.store, lease).catch(() => {})
  }
}

async function runLeased(runner: Runner, deployment: Deployment, work: DeployWork): Promise<WorkEnd> {
  await using log = openDeploymentLog(runner.store, deployment.id, (error) =>
    runner.log.warn({ err: error, deploymentId: deployment.id }, 'a build log could not be stored'),
  )
  try {
    await deploy(runner, { deployment, log, signal: work.signal })
    runner.log.info({ deploymentId: deployment.id, micro: deployment.config.name, sha: deployment.sha }, 'live')
    return { kind: 'done' }
  } catch (thrown) {
    if (work.signal.aborted) return { kind: 'stopped' }
    if (thrown instanceof Overtaken) return { kind: 'done' }
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
}

async function noteFailure(
  runner: Runner,
  failure: { readonly deployment: Deployment; readonly error: MicropushError; readonly log: DeploymentLog },
): Promise<void> {
  const { deployment, error, log } = failure
  log.note(`Failed: ${error.message}`)
  await log.flush()
  const moved = await transitionDeployment(runner.store, {
    id: deployment.id,
    from: ['queued', 'fetching', 'building', 'starting'],
    to: 'failed',
    outcome: { error: { code: error.code, message: error.message } },
  })
  if (moved) await addReport(runner.queues, { kind: 'deployment', deploymentId: deployment.id })
}

/** Takes deployments out of service: no host leads to them any more, what they have begun is finished, then they are gone. */
export async function runDestroy(runner: Runner, deploymentIds: readonly string[]): Promise<void> {
  const stillRouted = await allHosts(runner.store)
  for (const [host, { deploymentId }] of runner.routed) {
    if (stillRouted[host] === undefined && deploymentIds.includes(deploymentId)) {
      runner.routed.delete(host)
      runner.gateways.tell({ type: 'unroute', host })
    }
  }
  await Promise.all(
    deploymentIds.map(async (id) => {
      runner.inProduction.delete(id)
      await runner.drains.drain(id)
      await runner.fleet.destroy(id)
    }),
  )
}
