import { rm } from 'node:fs/promises'
import { snapshotPaths } from './snapshot-paths.ts'

/** Takes a deployment's snapshot away; that there is none is no failure. */
export async function removeSnapshot(dataDir: string, deploymentId: string): Promise<void> {
  await rm(snapshotPaths(dataDir, deploymentId).folder, { recursive: true, force: true })
}
