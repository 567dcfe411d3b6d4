import { readdir, rm, stat } from 'node:fs/promises'
import { readManifest } from './manifest.ts'
import { removeSnapshot } from './remove-snapshot.ts'
import { snapshotPaths, snapshotsDir } from './snapshot-paths.ts'

interface StoredSnapshot {
  readonly deploymentId: string
  readonly bytes: number
  /** When it was taken, or last woke somebody. */
  readonly usedAtMs: number
}

/** Those that are whole. */
async function listSnapshots(dataDir: string): Promise<StoredSnapshot[]> {
  const found: StoredSnapshot[] = []
  for (const deploymentId of await names(dataDir)) {
    const manifest = await readManifest(dataDir, deploymentId)
    const at = await stat(snapshotPaths(dataDir, deploymentId).manifest).catch(() => undefined)
    if (manifest !== undefined && at !== undefined)
      found.push({ deploymentId, bytes: manifest.bytes, usedAtMs: at.mtimeMs })
  }
  return found
}

/** Deployments that have one, or are about to. */
export async function snapshotOwners(dataDir: string): Promise<string[]> {
  // A draft is called after its deployment, and what it is itself behind a dot.
  return (await names(dataDir)).map((name) => name.split('.', 1)[0] ?? name)
}

/** What all of them take on disk, in bytes. */
export async function countSnapshotBytes(dataDir: string): Promise<number> {
  return (await listSnapshots(dataDir)).reduce((sum, { bytes }) => sum + bytes, 0)
}

/** A draft belongs to whoever takes it, for as long as that can take. */
const DRAFT_MS = 10 * 60_000

/** On boot: a draft belonged to the runner that died over it, and holds what its app had in memory. */
export async function removeDrafts(dataDir: string): Promise<void> {
  for (const name of await names(dataDir))
    if (name.includes('.')) await rm(snapshotPaths(dataDir, name).folder, { recursive: true, force: true })
}

/** Takes away those of deployments that nobody is led to any more, what cannot be read, and drafts of a runner that died. */
export async function sweepSnapshots(dataDir: string, keep: ReadonlySet<string>): Promise<number> {
  let removed = 0
  for (const name of await names(dataDir)) {
    const { folder, manifest } = snapshotPaths(dataDir, name)
    if (keep.has(name) && (await stat(manifest).catch(() => undefined)) !== undefined) continue
    const made = await stat(folder).catch(() => undefined)
    if (name.includes('.') && made !== undefined && Date.now() - made.mtimeMs < DRAFT_MS) continue
    await rm(folder, { recursive: true, force: true })
    removed += 1
  }
  return removed
}

/** Gives so many bytes back, the least recently used first: each costs its deployment nothing but time. */
export async function removeSnapshots(dataDir: string, bytes: number): Promise<number> {
  const oldestFirst = (await listSnapshots(dataDir)).toSorted((a, b) => a.usedAtMs - b.usedAtMs)
  let removed = 0
  let freed = 0
  for (const { deploymentId, bytes: size } of oldestFirst) {
    if (freed >= bytes) break
    await removeSnapshot(dataDir, deploymentId)
    freed += size
    removed += 1
  }
  return removed
}

async function names(dataDir: string): Promise<string[]> {
  return readdir(snapshotsDir(dataDir)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
}
