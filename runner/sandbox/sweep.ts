import { readdir, stat } from 'node:fs/promises'
import { listContainers } from '../docker/containers.ts'
import { removeContainer } from '../docker/remove-container.ts'
import { destroySandbox, type DestroyOptions } from './destroy-sandbox.ts'
import { labels } from './labels.ts'
import { isLeaving } from './leaving.ts'
import { listSandboxes, type ListedSandbox } from './list-sandboxes.ts'
import { removeBox } from './mounts/make-box.ts'
import { isSandboxId, sandboxesDir, sandboxPaths } from './paths.ts'
import type { Sandbox, SandboxContext } from './sandbox.ts'

export interface Swept {
  /** What still runs and is wanted. */
  readonly kept: readonly ListedSandbox[]
  /** How many sandboxes, builders, probes and folders nobody owned. */
  readonly removed: number
}

/**
 * On boot, before anything is started: removes what a former engine left behind and no live deployment owns. It touches nothing
 * without our labels and nothing outside `<data>/sandboxes`.
 *
 * @param onEnded - as of `destroySandbox`: what a sandbox wrote that ended while no engine was there can be had until then.
 * @param keep - how many sandboxes of each deployment may go on. For more of them, or one that ended, that was on its way out, or whose start did not come to its end, the engine has no use.
 */
export async function sweep(
  context: SandboxContext,
  keep: ReadonlyMap<string, number>,
  onEnded?: DestroyOptions['onEnded'],
): Promise<Swept> {
  const sandboxes = await listSandboxes(context)
  const leaving = await Promise.all(sandboxes.map(({ sandbox }) => isLeaving(context.dataDir, sandbox.id)))
  const living = wanted(
    sandboxes.filter((_, at) => leaving[at] !== true),
    keep,
  )
  const claimed = await Promise.all(living.map(({ sandbox }) => claimUid(context, sandbox)))
  const kept = living.filter((_, at) => claimed[at] === true)
  const unwanted = sandboxes.filter((sandbox) => !kept.includes(sandbox))
  const how = { graceSeconds: 0, ...(onEnded === undefined ? {} : { onEnded }) }
  await Promise.all(unwanted.map(({ sandbox }) => destroySandbox(context, sandbox, how)))
  const others = await removeOthers(context)
  const folders = await removeFolders(context, new Set(kept.map(({ sandbox }) => sandbox.id)))
  return { kept, removed: unwanted.length + others + folders }
}

/**
 * One that came back from its memory on disk has the user that it was saved with, whatever its label says: its box is that user's.
 *
 * @returns false where its box is gone, or its user somebody else's: it cannot go on.
 */
async function claimUid({ dataDir, uids }: SandboxContext, { id, deploymentId, startedBy }: Sandbox): Promise<boolean> {
  if (startedBy !== 'snapshot') return true
  const box = await stat(sandboxPaths(dataDir, id).box).catch(() => undefined)
  return box !== undefined && uids.claim(box.uid, { sandboxId: id, deploymentId })
}

/** The newest ready sandboxes that still live, as many as each deployment may have. */
export function wanted(sandboxes: readonly ListedSandbox[], keep: ReadonlyMap<string, number>): ListedSandbox[] {
  const newestFirst = sandboxes.toSorted((a, b) => b.sandbox.startedAtMs - a.sandbox.startedAtMs)
  const left = new Map(keep)
  return newestFirst.filter(({ sandbox: { deploymentId }, state, ready }) => {
    const more = left.get(deploymentId) ?? 0
    if (!ready || state === 'ended' || more === 0) return false
    left.set(deploymentId, more - 1)
    return true
  })
}

/** A builder or a probe belongs to the engine that made it, and that one is no more. */
async function removeOthers(context: SandboxContext): Promise<number> {
  const { docker, instance } = context
  const all = await listContainers(docker, [`${labels.instance}=${instance}`])
  const others = all.filter((container) => container.labels[labels.kind] !== 'sandbox')
  await Promise.all(others.map((other) => removeContainer(docker, other.id)))
  return others.length
}

/** Folders and images without a container: their engine died before it could make one. */
async function removeFolders(context: SandboxContext, keep: ReadonlySet<string>): Promise<number> {
  const names = await readdir(sandboxesDir(context.dataDir))
  const ids = new Set(names.map((name) => name.replace(/\.ext4$/, '')).filter(isSandboxId))
  const orphans = [...ids].filter((id) => !keep.has(id))
  for (const id of orphans) await removeBox(sandboxPaths(context.dataDir, id))
  return orphans.length
}
