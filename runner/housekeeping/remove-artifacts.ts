import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { keptArtifacts } from '../../contract/store/artifacts.ts'
import type { Store } from '../../contract/store/connect.ts'
import { artifactKinds, removeArtifact, sweepRemoved } from '../build/store/artifact-store.ts'
import { sweepCurrentLayers } from '../build/store/current-layer.ts'
import { readDisk } from './disk.ts'
import { listArtifacts } from './list-artifacts.ts'

const HOUR_MS = 3600_000
/**
 * How long an artifact stays after its last use though no deployment is kept that needs it. An hour is several times what the longest
 * build takes from the moment it finds an artifact to the moment its deployment is on record; dependencies stay for pushes to come.
 */
const UNUSED_MS = {
  app: HOUR_MS,
  dependencies: 7 * 24 * HOUR_MS,
  cache: 7 * 24 * HOUR_MS,
  builds: 7 * 24 * HOUR_MS,
} as const
/** With less of the disk free than this, dependencies stay no longer than apps. */
const SCARCE_SHARE = 0.1

interface Removal {
  readonly dataDir: string
  readonly store: Store
  readonly nowMs: number
  /** Whether a deployment that ended has a sandbox yet. */
  readonly runs?: (deploymentId: string) => boolean
  /** Share of the disk that is free; asked of the file system when absent. */
  readonly freeShare?: number
}

/**
 * Removes artifacts that no kept deployment needs and no build has used for a while; gives how many there were.
 *
 * @throws what Redis and the file system throw; then the rest stays for the next time.
 */
export async function removeArtifacts(removal: Removal): Promise<number> {
  const { dataDir, store, nowMs } = removal
  await sweepRemoved(dataDir)
  // Read before the ages: what a deployment begins to need from now on has been used just now.
  const kept = await keptArtifacts(store, {
    endedSinceMs: nowMs - HOUR_MS,
    ...(removal.runs && { runs: removal.runs }),
  })
  const scarce = (removal.freeShare ?? (await freeShare(dataDir))) < SCARCE_SHARE
  let removed = 0
  for (const { kind, name } of await listArtifacts(dataDir)) {
    const unusedSinceMs = nowMs - (scarce ? HOUR_MS : UNUSED_MS[kind])
    if (kept[kind].has(name)) continue
    if (await removeArtifact({ dataDir, kind, name }, unusedSinceMs)) removed += 1
  }
  await removeFiles(dataDir, /\.partial$/, nowMs - HOUR_MS)
  await sweepCurrentLayers(dataDir)
  await removeFiles(dataDir, /^builds\/.*\.json$/, nowMs - UNUSED_MS.builds)
  return removed
}

/** Half-written files, and records of builds: those only save work, and are no longer valid without their artifacts. */
async function removeFiles(dataDir: string, pattern: RegExp, unusedSinceMs: number): Promise<void> {
  const dir = join(dataDir, 'artifacts')
  for (const kind of [...artifactKinds, 'builds']) {
    for (const name of await readdir(join(dir, kind)).catch(() => [])) {
      if (!pattern.test(`${kind}/${name}`)) continue
      const path = join(dir, kind, name)
      const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Infinity }))
      if (mtimeMs < unusedSinceMs) await rm(path, { force: true })
    }
  }
}

async function freeShare(dir: string): Promise<number> {
  const { freeBytes, totalBytes } = await readDisk(dir)
  return freeBytes / totalBytes
}
