import type { PreviewSettings } from '../../contract/config/previews.ts'
import { isPending, type Deployment } from '../../contract/deployment.ts'
import { targetStanding, targetHistory } from '../../contract/store/micros.ts'
import { keepPreview, notePreviewUse } from '../../contract/store/preview-uses.ts'
import { targetKey } from '../../contract/target-key.ts'
import { deployMicro, type MicroAt } from '../deploy/deploy-micro.ts'
import type { NotDeployed } from '../deploy/describe-dealt.ts'
import { isDone } from '../deploy/is-done.ts'
import { skipMicro } from '../deploy/skip-micro.ts'
import type { Trigger } from '../deploy/trigger.ts'
import type { Deps } from '../deps.ts'
import { changeOf } from '../skip/change.ts'
import { whySkip } from '../skip/why-skip.ts'
import type { Pull } from './fetch-pull.ts'
import { letThrough } from './let-through.ts'
import type { PullMicro } from './read-pull-wish.ts'
import { chooseHeld, MOST_HELD, type HeldPlaces } from './room/choose-held.ts'
import { makeRoom } from './room/make-room.ts'

interface Asked {
  readonly by: string
  readonly atMs: number
}

interface DeployPull {
  readonly trigger: Trigger
  readonly pull: Pull
  readonly micros: readonly PullMicro[]
  readonly previews: PreviewSettings
  /** Who asked for this very commit, and thereby approves of it as it was then. */
  readonly asked: Asked | undefined
}

interface Dealt {
  /** Names of the micros that get a deployment that they did not have. */
  readonly deployed: readonly string[]
  /** The same, of those that wait for approval. */
  readonly held: readonly string[]
  readonly skipped: readonly NotDeployed[]
}

/** Deploys, holds or skips each micro of an open pull request at its head. */
export async function deployPull(of: DeployPull, deps: Deps): Promise<Dealt> {
  const { trigger, pull, previews, asked } = of
  const { repositoryId } = trigger
  const { needed, skipped } = await sortOut(of, deps)
  const keys = needed.map(keyOf)
  // What is held takes no place until it is approved, or strangers could end everybody's previews.
  const isHeld = pull.fork && previews.forks === 'approve'
  const wanted = { repositoryId, pull: pull.number, keys }
  const allowed = isHeld ? await mayWait(wanted, of, deps) : await makeRoom({ ...wanted, max: previews.max }, deps)
  const deployed: string[] = []
  for (const at of needed) {
    const why = allowed.includes(keyOf(at)) ? await deployMicro(at, deps) : await skipForRoom(at, of, deps)
    if (why === undefined) deployed.push(at.config.name)
    else skipped.push({ name: at.config.name, why })
  }
  await notePreviewUse(deps.store, isHeld ? [] : allowed, deps.now())
  const newest = await noteLasting(of, deps)
  const dealt = isHeld ? { deployed: [], held: deployed, skipped } : { deployed, held: [], skipped }
  if (asked === undefined) return dealt
  const held = newest.filter(({ state, sha }) => state === 'held' && sha === pull.head.sha)
  const seen = await Promise.all(held.map((one) => wasThere(one, { trigger, asked }, deps)))
  const approved = held.filter((_, index) => seen[index])
  const { by } = asked
  const through = await letThrough({ repositoryId, pull: pull.number, held: approved, by, max: previews.max }, deps)
  return {
    deployed: [...dealt.deployed, ...through],
    held: dealt.held.filter((name) => !through.includes(name)),
    skipped,
  }
}

/** Who asks for one lets it through at once. */
async function mayWait(wanted: HeldPlaces, { asked }: DeployPull, { store }: Deps): Promise<readonly string[]> {
  return asked === undefined ? chooseHeld(wanted, store) : wanted.keys
}

async function skipForRoom(at: MicroAt, { previews }: DeployPull, deps: Deps): Promise<string> {
  const why =
    at.state === 'held'
      ? `${MOST_HELD} previews of forks wait for approval already; /deploy asks for this one`
      : `There is no place for another preview (previews.max: ${previews.max})`
  await skipMicro({ ...at, why }, deps)
  return why
}

/** Who asks has looked at what was there: a fork's commit that came since is not let through by it. */
async function wasThere(
  held: Deployment,
  { trigger, asked }: { readonly trigger: Trigger; readonly asked: Asked },
  { store }: Deps,
): Promise<boolean> {
  const history = await targetHistory(store, targetKey(held))
  return history.some((one) => one.sha === held.sha && one.sequence < trigger.sequence && one.createdAtMs <= asked.atMs)
}

/** What has to be deployed. What is not gets its words, and what was begun is seen through. */
async function sortOut(
  { trigger, pull, micros, previews, asked }: DeployPull,
  deps: Deps,
): Promise<{ readonly needed: readonly MicroAt[]; readonly skipped: NotDeployed[] }> {
  const { sha } = pull.head
  const change = changeOf(deps.github.forInstallation(trigger.installationId), { ...trigger, sha, pull: pull.number })
  const state = pull.fork && previews.forks === 'approve' ? 'held' : 'queued'
  const needed: MicroAt[] = []
  const skipped: NotDeployed[] = []
  for (const { config, warnings, withheld } of micros) {
    const kept = withheld === undefined ? {} : { withheld }
    const at: MicroAt = { trigger, sha, config, warnings, state, asked: asked !== undefined, ...kept }
    const standing = await targetStanding(deps.store, keyOf(at))
    if (isDone(standing, at)) {
      await deployMicro(at, deps)
      continue
    }
    const why = asked === undefined ? await whySkip(standing, { trigger, config, change }) : undefined
    if (why === undefined) {
      needed.push(at)
      continue
    }
    await skipMicro({ ...at, why }, deps)
    skipped.push({ name: config.name, why })
  }
  return { needed, skipped }
}

/** Notes how long what is there may go unused, which the config file may have changed. Gives the newest deployments. */
async function noteLasting({ trigger, micros, previews }: DeployPull, { store, now }: Deps): Promise<Deployment[]> {
  const found: Deployment[] = []
  for (const { config } of micros) {
    const key = targetKey({ ...trigger, config })
    const { newest, live } = await targetStanding(store, key)
    if (newest === undefined) continue
    found.push(newest)
    const isThere = live !== undefined || isPending(newest.state)
    if (isThere) await keepPreview(store, { targetKey: key, ttlMs: previews.ttlMs, nowMs: now() })
  }
  return found
}

function keyOf({ trigger, config }: MicroAt): string {
  return targetKey({ ...trigger, config })
}
