import type { PreviewSettings } from '../../contract/config/previews.ts'
import { isPending, type Deployment } from '../../contract/deployment.ts'
import { targetKey } from '../../contract/target-key.ts'
import { microStanding, targetHistory } from '../../contract/store/micros.ts'
import { keepPreview, notePreviewUse } from '../../contract/store/preview-uses.ts'
import { deployMicro, type MicroAt } from '../deploy/deploy-micro.ts'
import { isDone } from '../deploy/is-done.ts'
import { skipMicro } from '../deploy/skip-micro.ts'
import type { Trigger } from '../deploy/trigger.ts'
import { changeOf } from '../skip/change.ts'
import { whySkip } from '../skip/why-skip.ts'
import type { Pull } from './fetch-pull.ts'
import type { Deps } from '../deps.ts'
import { letThrough } from './let-through.ts'
import type { PullMicro } from './read-pull-wish.ts'
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

/** Deploys, holds or skips each micro of an open pull request at its head. Gives how many get a deployment that they did not have. */
export async function deployPull(of: DeployPull, deps: Deps): Promise<number> {
  const { trigger, pull, previews, asked } = of
  const { repositoryId } = trigger
  const needed = await sortOut(of, deps)
  const keys = needed.map(keyOf)
  // What is held takes no place until it is approved, or strangers could end everybody's previews.
  const isHeld = pull.fork && previews.forks === 'approve'
  const allowed = isHeld ? keys : await makeRoom({ repositoryId, pull: pull.number, keys, max: previews.max }, deps)
  for (const at of needed) {
    if (allowed.includes(keyOf(at))) await deployMicro(at, deps)
    else await skipMicro({ ...at, why: `There is no place for another preview (previews.max: ${previews.max})` }, deps)
  }
  await notePreviewUse(deps.store, isHeld ? [] : allowed, deps.now())
  const newest = await noteLasting(of, deps)
  if (asked === undefined) return needed.length
  const held = newest.filter(({ state, sha }) => state === 'held' && sha === pull.head.sha)
  const seen = await Promise.all(held.map((one) => wasThere(one, { trigger, asked }, deps)))
  const approved = held.filter((_, index) => seen[index])
  await letThrough({ repositoryId, pull: pull.number, held: approved, by: asked.by, max: previews.max }, deps)
  return needed.length
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
async function sortOut({ trigger, pull, micros, previews, asked }: DeployPull, deps: Deps): Promise<MicroAt[]> {
  const { sha } = pull.head
  const change = changeOf(deps.github.forInstallation(trigger.installationId), { ...trigger, sha, pull: pull.number })
  const state = pull.fork && previews.forks === 'approve' ? 'held' : 'queued'
  const needed: MicroAt[] = []
  for (const { config, warnings, withheld } of micros) {
    const kept = withheld === undefined ? {} : { withheld }
    const at: MicroAt = { trigger, sha, config, warnings, state, asked: asked !== undefined, ...kept }
    const standing = await microStanding(deps.store, keyOf(at))
    if (isDone(standing, at)) {
      await deployMicro(at, deps)
      continue
    }
    const why = asked === undefined ? await whySkip(standing, { trigger, config, change }) : undefined
    if (why === undefined) needed.push(at)
    else await skipMicro({ ...at, why }, deps)
  }
  return needed
}

/** Notes how long what is there may go unused, which the config file may have changed. Gives the newest deployments. */
async function noteLasting({ trigger, micros, previews }: DeployPull, { store, now }: Deps): Promise<Deployment[]> {
  const found: Deployment[] = []
  for (const { config } of micros) {
    const key = targetKey({ ...trigger, config })
    const { newest, live } = await microStanding(store, key)
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
