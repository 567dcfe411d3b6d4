import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { artifactKinds, readArtifact, type ArtifactKind } from '../build/store/artifact-store.ts'

/** An artifact on disk. */
export interface StoredArtifact {
  readonly kind: ArtifactKind
  readonly name: string
  /** Of its files; 0 when its record is gone. */
  readonly bytes: number
  /** When a deployment last used it. */
  readonly usedAtMs: number
}

/** Everything in the store; a folder or a record alone, left by a runner that died between the two, counts too. */
export async function listArtifacts(dataDir: string): Promise<StoredArtifact[]> {
  const found: StoredArtifact[] = []
  for (const kind of artifactKinds) {
    const entries = await readdir(join(dataDir, 'artifacts', kind)).catch(() => [])
    const names = entries.filter((entry) => !entry.endsWith('.partial')).map((entry) => entry.replace(/\.json$/, ''))
    for (const name of new Set(names)) found.push({ kind, name, ...(await readArtifact({ dataDir, kind, name })) })
  }
  return found
}

/** What all of them take together, in bytes. Takes a tenth of a second for a thousand, so nobody who deploys should wait for it. */
export async function countArtifactBytes(dataDir: string): Promise<number> {
  return (await listArtifacts(dataDir)).reduce((sum, { bytes }) => sum + bytes, 0)
}
