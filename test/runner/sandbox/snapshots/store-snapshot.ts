import { mkdir, utimes } from 'node:fs/promises'
import { writeManifest } from '../../../../runner/sandbox/snapshots/manifest.ts'
import { snapshotPaths } from '../../../../runner/sandbox/snapshots/snapshot-paths.ts'

interface Stored {
  readonly bytes: number
  /** Since its last use. */
  readonly ageMs: number
}

/** What stands on disk beside a snapshot, without the memory of an app. */
export async function storeSnapshot(dataDir: string, deploymentId: string, { bytes, ageMs }: Stored): Promise<void> {
  const { folder, manifest } = snapshotPaths(dataDir, deploymentId)
  await mkdir(folder, { recursive: true })
  const machine = { runsc: '1', kernel: '2', cpu: '3' }
  const times = { startMs: 500, restoreMs: 100 }
  await writeManifest(manifest, {
    version: 1,
    key: 'key',
    image: 'image',
    machine,
    uid: 200_000,
    ...times,
    hasFiles: false,
    bytes,
  })
  const then = new Date(Date.now() - ageMs)
  await utimes(manifest, then, then)
}
