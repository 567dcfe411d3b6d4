import { randomBytes } from 'node:crypto'
import {
  deploymentBase,
  deploymentOutcome,
  type Deployment,
  type DeploymentBase,
  type DeploymentOutcome,
} from '../contract/deployment.ts'
import { hostOf, permanentLabel, productionLabel } from '../contract/names.ts'
import { createDeployment, getDeployment, nextSequence, transitionDeployment } from '../contract/store/deployments.ts'
import { publishDeployment, targetStanding } from '../contract/store/micros.ts'
import { markReported } from '../contract/store/reports/unreported.ts'
import { microKey } from '../contract/target-key.ts'
import type { Stack } from '../test/journey/support/stack.ts'

const AT_ONCE = 100

export interface Seeded {
  readonly deploymentId: string
  readonly host: string
}

/** The live deployment of a micro that was pushed. */
export async function liveDeployment(stack: Stack, fullName: string, micro: string): Promise<Deployment> {
  const { id } = (await (await stack.api(`/repos/${fullName}`)).json()) as { id: number }
  const { live } = await targetStanding(stack.store, microKey({ repositoryId: id, micro }))
  if (live === undefined) throw new Error(`${micro} is not live`)
  return live
}

/**
 * Other micros with the very artifacts of one that was pushed, as if each had been pushed as well; the engine and the gateways are started
 * anew to hear of them. They are cold.
 */
export async function seed(stack: Stack, like: Deployment, names: readonly string[]): Promise<Seeded[]> {
  const seeded: Seeded[] = []
  for (let from = 0; from < names.length; from += AT_ONCE) {
    seeded.push(...(await Promise.all(names.slice(from, from + AT_ONCE).map((name) => seedOne(stack, like, name)))))
  }
  for (const part of [stack.parts.gateway, stack.parts.runner]) await part.kill('SIGTERM')
  for (const part of [stack.parts.runner, stack.parts.gateway]) part.start()
  await stack.healthy()
  return seeded
}

async function seedOne(stack: Stack, like: Deployment, name: string): Promise<Seeded> {
  const { store } = stack
  const { outcome } = like
  const id = `d${randomBytes(15).toString('hex')}`
  const config = { ...like.config, name }
  const wanted = { ...baseOf(like), id, sequence: await nextSequence(store), config }
  const made = await createDeployment(store, wanted)
  if (made.kind !== 'created') throw new Error(`${name} could not be seeded: ${made.kind}`)
  const { artifacts, launch, runtime, sizes, isolation } = outcome
  const built = { artifacts, launch, runtime, sizes, isolation }
  await transitionDeployment(store, { id, from: ['queued'], to: 'starting', outcome: given(built) })
  const deployment = await getDeployment(store, id)
  if (deployment === undefined) throw new Error(`${name} could not be seeded: its record is gone`)
  const names = { owner: like.owner, micro: name }
  const domain = stack.env['MICROPUSH_DOMAIN'] ?? ''
  const hosts = [productionLabel(names), permanentLabel({ ...names, sha: like.sha })].map((label) =>
    hostOf(label, domain),
  )
  await publishDeployment(store, { deployment, hosts, outcome: {} })
  // As if GitHub had heard of it: the bot would tell it of ten thousand, one by one.
  const live = await getDeployment(store, id)
  if (live !== undefined) await markReported(store, live)
  return { deploymentId: id, host: stack.host(productionLabel(names)) }
}

function baseOf(deployment: Deployment): DeploymentBase {
  const known = new Set(Object.keys(deploymentBase.shape))
  return deploymentBase.parse(Object.fromEntries(Object.entries(deployment).filter(([name]) => known.has(name))))
}

/** Without what is not there. */
function given(outcome: Readonly<Record<string, unknown>>): DeploymentOutcome {
  return deploymentOutcome.parse(Object.fromEntries(Object.entries(outcome).filter(([, value]) => value !== undefined)))
}
