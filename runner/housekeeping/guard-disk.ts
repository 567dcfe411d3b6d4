import { statfs } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { noteEnd } from '../lifecycle/end/note-end.ts'
import type { Runner } from '../runner.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { sandboxPaths } from '../sandbox/paths.ts'
import { diskBounds, readDisk } from './disk.ts'

/** Often, because a few micros together write a gigabyte in a second. */
const EVERY_MS = 100
/** While none of them runs there are builds, which are held to sizes of their own, and some that wake write half a gigabyte by then at the most. */
const CALM_MS = 400
const ROOMY_BYTES = 1024 ** 3
/** A `/tmp` with less in it gives next to nothing back. */
const WORTH_BYTES = 4 * 1024 * 1024

/**
 * Until the signal: when running micros have written so much into their `/tmp` that only half of the floor is free, the one whose `/tmp` holds
 * the most is ended, and the next, until there is more. What is full otherwise is Redis' disk, and with it everything.
 */
export async function guardDisk(runner: Runner, signal: AbortSignal): Promise<void> {
  const isRoomy = await readDisk(runner.dataDir).then(
    (disk) => diskBounds(disk, runner.settings).floorBytes / 2 >= ROOMY_BYTES,
    () => false,
  )
  const pauseMs = () => (isRoomy && runner.fleet.running().length === 0 ? CALM_MS : EVERY_MS)
  // Rejects only by the signal, which ends the loop.
  while (await delay(pauseMs(), true, { signal }).catch(() => false)) {
    await relieve(runner).catch((error: unknown) =>
      runner.log.warn({ err: error }, 'the disk could not be looked after'),
    )
  }
}

/**
 * One look at the disk: ends micros while too little of it is free.
 *
 * @returns the deployments whose sandboxes were ended.
 */
export async function relieve(runner: Runner, read: typeof readDisk = readDisk): Promise<string[]> {
  const ended: string[] = []
  for (;;) {
    const disk = await read(runner.dataDir)
    if (disk.freeBytes >= diskBounds(disk, runner.settings).floorBytes / 2) return ended
    const largest = await findLargest(runner, new Set(ended))
    if (largest === undefined) return ended
    const { deploymentId, containerId } = largest
    await noteEnd(runner, { deploymentId, containerId }, { reason: 'disk' })
    ended.push(deploymentId)
  }
}

async function findLargest(runner: Runner, but: ReadonlySet<string>): Promise<Sandbox | undefined> {
  let largest: { readonly sandbox: Sandbox; readonly bytes: number } | undefined
  for (const sandbox of runner.fleet.sandboxes()) {
    const bytes = but.has(sandbox.deploymentId) ? 0 : await tmpBytes(sandboxPaths(runner.dataDir, sandbox.id).tmp)
    if (bytes >= Math.max(WORTH_BYTES, largest?.bytes ?? 0)) largest = { sandbox, bytes }
  }
  return largest?.sandbox
}

/** What a `/tmp` takes of the disk; nothing for one that is gone by now. */
async function tmpBytes(path: string): Promise<number> {
  const found = await statfs(path).catch(() => undefined)
  return found === undefined ? 0 : (found.blocks - found.bfree) * found.bsize
}
