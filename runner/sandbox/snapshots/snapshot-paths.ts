import { join } from 'node:path'

export interface SnapshotPaths {
  /** Root's alone. */
  readonly folder: string
  /** runsc's own files. */
  readonly image: string
  /** What the app had written into `/tmp` and beside its sockets. */
  readonly tmp: string
  readonly box: string
  readonly manifest: string
}

export function snapshotsDir(dataDir: string): string {
  return join(dataDir, 'snapshots')
}

export function snapshotPaths(dataDir: string, deploymentId: string): SnapshotPaths {
  return pathsBelow(join(snapshotsDir(dataDir), deploymentId))
}

export function pathsBelow(folder: string): SnapshotPaths {
  return {
    folder,
    image: join(folder, 'image'),
    tmp: join(folder, 'tmp'),
    box: join(folder, 'box'),
    manifest: join(folder, 'manifest.json'),
  }
}
