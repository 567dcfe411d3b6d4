import { chown, mkdir, rmdir } from 'node:fs/promises'
import { makeTmpImage, mountTmp } from './make-tmp.ts'
import { mount, unmountTree } from './mounts.ts'
import type { SandboxPaths } from '../paths.ts'
import { rm } from 'node:fs/promises'

interface Owner {
  readonly uid: number
  readonly gatewayGid: number
}

/** Room for two sockets and their folder; a sandbox that fills it hurts only itself. */
const BOX_OPTIONS = ['size=64k', 'nr_inodes=16', 'nosuid', 'nodev', 'noexec']

/**
 * The folder that a sandbox shares with the host, on a small file system of its own so that the micro cannot fill the host's disk with it.
 * The folder belongs to root and lets the gateway's group pass; only `box/` belongs to the sandbox.
 */
export async function makeBox(paths: SandboxPaths, owner: Owner): Promise<void> {
  await mkdir(paths.folder, { recursive: true, mode: 0o700 })
  const options = [...BOX_OPTIONS, 'mode=0710', `gid=${owner.gatewayGid}`]
  await mount({ source: 'tmpfs', target: paths.folder, options, type: 'tmpfs' })
  await Promise.all([mkdir(paths.tmp, { mode: 0o700 }), mkdir(paths.box, { mode: 0o700 })])
  await chown(paths.box, owner.uid, owner.uid)
}

/** Puts the file system for `/tmp` into a box that is there; its image is made meanwhile. */
export async function makeTmp(paths: SandboxPaths, steps: { bytes: number; box: Promise<void> }): Promise<void> {
  await Promise.all([makeTmpImage(paths.tmpImage, steps.bytes), steps.box])
  await mountTmp(paths.tmpImage, paths.tmp)
}

/** Gives back everything that the two made; works on any half of it, and when nothing is there. */
export async function removeBox(paths: SandboxPaths): Promise<void> {
  await unmountTree(paths.folder)
  await rm(paths.tmpImage, { force: true })
  await rmdir(paths.folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
}
