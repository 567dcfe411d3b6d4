import { setTimeout as sleep } from 'node:timers/promises'
import type { Deployment } from '../contract/deployment.ts'
import { MicropushError } from '../contract/errors.ts'
import { addDestroy, reportDeployment } from '../contract/queue.ts'
import { getDeployment, transitionDeployment } from '../contract/store/deployments.ts'
import {
  allHosts,
  publishDeployment,
  retireDeployments,
  targetHistory,
  type Published,
} from '../contract/store/micros.ts'
import type { StoredSecret } from '../contract/store/repository/secrets.ts'
import { markSettled } from '../contract/store/unsettled.ts'
import { targetKey } from '../contract/target-key.ts'
import { endSandbox } from './lifecycle/end/end-sandbox.ts'
import { examine } from './lifecycle/end/examine.ts'
import { hostsOf, idleForRoute, targetUrl, routeTo } from './lifecycle/routes.ts'
import { Overtaken } from './overtaken.ts'
import type { Runner } from './runner.ts'
import type { Sandbox } from './sandbox/sandbox.ts'

/** How long we ask Redis what became of a publication whose answer was lost. */
const DOUBT_MS = 10_000
const DOUBT_PAUSE_MS = 250

interface Publication {
  readonly deployment: Deployment
  readonly sandbox: Sandbox
  /** What it was started with. */
  readonly secrets?: readonly StoredSecret[]
  readonly timings: () => Record<string, number>
}

/**
 * Points the hosts at a started sandbox; the former one serves what it has begun, and sleeps after that. `followUp` has to come next.
 * When it is not to go live the sandbox is ended.
 *
 * @throws Overtaken when something newer happened; MicropushError `engine-unavailable` when Redis cannot be asked.
 */
export async function publish(runner: Runner, publication: Publication): Promise<void> {
  const { deployment, sandbox } = publication
  const result = await record(runner, publication).catch(async (error: unknown) => {
    await endSandbox(runner, sandbox, 'grace')
    throw error
  })
  if (result.kind !== 'live') {
    await endSandbox(runner, sandbox, 'grace')
    if (result.kind === 'stale') await supersede(runner, deployment, result.liveId)
    throw new Overtaken()
  }
  runner.policies.note(deployment)
  await runner.fleet.enter(sandbox)
  route(runner, deployment, hostsOf(deployment, runner.settings))
  // Its end may have been told before the fleet knew it.
  await examine(runner, deployment.id)
}

async function record(runner: Runner, publication: Publication): Promise<Published> {
  const { deployment, sandbox, secrets, timings } = publication
  const { store, settings } = runner
  try {
    return await publishDeployment(store, {
      deployment,
      hosts: hostsOf(deployment, settings),
      outcome: { url: targetUrl(deployment, settings), isolation: sandbox.isolation, timings: timings() },
      // Only production is ever rolled back.
      ...(secrets === undefined || deployment.target.kind !== 'production' ? {} : { secrets }),
    })
  } catch (cause) {
    const found = await inDoubt(runner, deployment.id)
    if (found?.state === 'live') return { kind: 'live', formerId: undefined }
    const words = 'The records of micropush could not be written.'
    throw new MicropushError('engine-unavailable', words, { cause })
  }
}

/** A command whose answer was lost may have been carried out. */
async function inDoubt(runner: Runner, id: string): Promise<Deployment | undefined> {
  for (const deadline = Date.now() + DOUBT_MS; Date.now() < deadline; await sleep(DOUBT_PAUSE_MS)) {
    try {
      return await getDeployment(runner.store, id)
    } catch {
      // Redis is still away; the deadline ends this.
    }
  }
  return undefined
}

/** Leads hosts to a deployment. The first of its own is its target's: what that led to before has been replaced. */
export function route(runner: Runner, deployment: Deployment, hosts: readonly string[]): void {
  const production = hostsOf(deployment, runner.settings)[0]
  runner.policies.note(deployment)
  if (hosts.includes(production)) runner.inProduction.add(deployment.id)
  for (const host of hosts) {
    const former = runner.routed.get(host)?.deploymentId
    const led = routeTo(deployment, host, runner.policies.of(deployment.id))
    runner.routed.set(host, led)
    runner.gateways.tell({ type: 'route', route: led })
    if (host === production && former !== undefined && former !== deployment.id) yieldPlace(runner, former)
  }
  runner.fleet.review(deployment.id)
}

/** What was replaced has the usual policy from now on, whatever its file asks for: the hosts that still lead to it say so. */
function yieldPlace(runner: Runner, formerId: string): void {
  runner.inProduction.delete(formerId)
  const { idleMs, scale } = runner.policies.of(formerId)
  for (const [host, led] of runner.routed) {
    if (led.deploymentId !== formerId) continue
    const usual = { ...led, idleMs: idleForRoute(idleMs), scale }
    runner.routed.set(host, usual)
    runner.gateways.tell({ type: 'route', route: usual })
  }
  runner.fleet.review(formerId)
}

/**
 * What has to follow when a deployment went live, as often as it takes until all of it succeeds: hosts that Redis leads to it and we
 * do not yet, the word to GitHub, the end of those that are too many.
 */
export async function followUp(runner: Runner, deployment: Deployment): Promise<void> {
  const led = await allHosts(runner.store)
  const missing = hostsOf(deployment, runner.settings).filter(
    (host) => led[host] === deployment.id && runner.routed.get(host)?.deploymentId !== deployment.id,
  )
  route(runner, deployment, missing)
  await unrouteFreed(runner, deployment, led)
  await reportDeployment(runner.queues, deployment.id)
  const retired = await retireDeployments(runner.store, targetKey(deployment))
  await addDestroy(runner.queues, retired)
  await markSettled(runner.store, retired)
}

/** Hosts that led to older deployments of the same target and are free by now: those of an owner that the repository had before. */
async function unrouteFreed(runner: Runner, of: Deployment, led: Readonly<Record<string, string>>): Promise<void> {
  const older = new Set((await targetHistory(runner.store, targetKey(of))).map(({ id }) => id))
  for (const [host, { deploymentId }] of runner.routed) {
    if (led[host] !== undefined || deploymentId === of.id || !older.has(deploymentId)) continue
    runner.routed.delete(host)
    runner.gateways.tell({ type: 'unroute', host })
    yieldPlace(runner, deploymentId)
  }
}

/** A newer commit went live while this one was built. */
async function supersede(runner: Runner, deployment: Deployment, liveId: string): Promise<void> {
  const live = await getDeployment(runner.store, liveId)
  const outcome = live === undefined ? {} : { supersededBy: live.sha }
  await transitionDeployment(runner.store, { id: deployment.id, from: ['starting'], to: 'superseded', outcome })
  await reportDeployment(runner.queues, deployment.id)
}
