import { mkdir, readdir, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { runSystemTool } from '../mounts/mounts.ts'
import type { SandboxPaths } from '../paths.ts'
import type { SnapshotPaths } from './snapshot-paths.ts'

const MB = 1024 * 1024
/** Copied at each wake, so it must be little: what a library notes down while it is imported, not data. */
const MOST_BYTES = 16 * MB
const MOST_FILES = 1000
/** What ext4 has of its own. */
const OWN_FILES = 16
/** Made anew for each sandbox. */
const SOCKETS = ['ctl.sock', 'app.sock']

/**
 * Keeps what an app has written while it was imported. Its sandbox must have ended.
 *
 * @returns whether there was anything; `too-much` when it is more than is worth copying at each wake.
 */
export async function keepFiles(from: SandboxPaths, to: SnapshotPaths): Promise<'none' | 'some' | 'too-much'> {
  await Promise.all(SOCKETS.map((name) => rm(join(from.box, name), { force: true })))
  const [inTmp, inBox] = await Promise.all([readdir(from.tmp), readdir(from.box)])
  if (inTmp.length === 0 && inBox.length === 0) return 'none'
  const { blocks, bfree, bsize, files, ffree } = await statfs(from.tmp)
  if ((blocks - bfree) * bsize > MOST_BYTES || files - ffree - OWN_FILES > MOST_FILES) return 'too-much'
  await copyTree(from.tmp, to.tmp)
  await copyTree(from.box, to.box)
  return 'some'
}

/** Puts them where a sandbox that is to be restored will see them. */
export async function putFiles(from: SnapshotPaths, to: SandboxPaths): Promise<void> {
  await Promise.all([copyTree(from.tmp, to.tmp), copyTree(from.box, to.box)])
}

/** Links, owners and times as they are; nothing is followed out of it. */
async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 })
  await runSystemTool('cp', ['--archive', '--sparse=always', '--no-target-directory', '--', from, to])
}
