import { chmod, open, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { mount, runSystemTool } from './mounts.ts'

const KB = 1024
const MB = 1024 * KB

/** One inode a file; without a bound a micro could fill the disk's bookkeeping instead of its bytes. */
const INODES = 65_536
const INODE_BYTES = 256

/**
 * Makes the file system behind a sandbox's `/tmp`: a sparse file with ext4 in it, without a journal. A tmpfs would be simpler, but its pages
 * count as the sandbox's memory: 512 MB in `/tmp` would kill an app that may use 512 MB of memory.
 */
export async function makeTmpImage(image: string, bytes: number): Promise<void> {
  const file = await open(image, 'wx', 0o600)
  try {
    await file.truncate(imageBytes(bytes))
  } finally {
    await file.close()
  }
  const fixed = `-q -F -b 4096 -m 0 -I ${INODE_BYTES} -N ${INODES} -O ^has_journal,^resize_inode,^metadata_csum`
  // A new sparse file reads as zeros, so nothing needs to be zeroed, now or later.
  const zeroed = '-E lazy_itable_init=1,assume_storage_prezeroed=1,nodiscard'
  await runSystemTool('mkfs.ext4', [...fixed.split(' '), ...zeroed.split(' '), image])
}

/** Mounts it, and removes its name: from then on it lives exactly as long as the mount, whatever is killed when. */
export async function mountTmp(image: string, target: string): Promise<void> {
  await mount({
    source: image,
    target,
    // `discard` gives space back to the host when the micro deletes; `noinit_itable` keeps the kernel from writing zeros in the background.
    options: ['loop', 'nosuid', 'nodev', 'noatime', 'discard', 'noinit_itable'],
  })
  await rm(image)
  await chmod(target, 0o1777)
  await rmdir(join(target, 'lost+found'))
}

/** Size of the file that leaves `bytes` for files: plus inodes, bitmaps, and what ext4 keeps for itself (2 %, at most 16 MB: Documentation/filesystems/ext4, reserved_clusters). */
function imageBytes(bytes: number): number {
  const reserved = Math.min(Math.ceil(bytes * 0.0205), 16 * MB)
  const groups = Math.ceil((bytes + reserved) / (128 * MB)) + 1
  return Math.ceil((bytes + reserved + INODES * INODE_BYTES + groups * 8 * KB + 768 * KB) / 4096) * 4096
}
