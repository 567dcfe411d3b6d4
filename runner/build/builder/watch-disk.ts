import { statfs } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { MicropushError } from '../../../contract/errors.ts'
import { sealTree } from '../store/seal-tree.ts'

interface DiskWatch {
  readonly dir: string
  /** The most that all files below `dir` may take together. */
  readonly maxBytes: number
  readonly signal: AbortSignal
}

const EVERY_MS = 250
/** What the host keeps for itself: Redis, Docker and logs must be able to write. */
const RESERVE_BYTES = 512 * 1024 * 1024
/** A folder full of empty files takes no bytes, but inodes. */
const MAX_FILES = 500_000

/**
 * Resolves with the reason when a folder grows past its bound or the disk is nearly full, and with undefined when the signal aborts.
 * It asks the file system how much is free, which costs nothing, and walks the folder only when so much was taken that it may be to blame.
 */
export async function watchDisk({
  dir,
  maxBytes,
  signal,
}: DiskWatch): Promise<MicropushError | 'too-large' | undefined> {
  let walkedAt = await freeSpace(dir)
  for (;;) {
    await pause(EVERY_MS, undefined, { signal }).catch(() => {
      // Aborted: seen below.
    })
    if (signal.aborted) return undefined
    const free = await freeSpace(dir)
    if (free.bytes < RESERVE_BYTES) {
      return new MicropushError('disk-full', 'The disk of the micropush machine is nearly full. Tell its operator.')
    }
    if (walkedAt.bytes - free.bytes < maxBytes && walkedAt.files - free.files < MAX_FILES) continue
    const found = await sealTree({ root: dir, mountPoint: '/', linksWithin: '/', purpose: 'measure' })
    if (found.bytes > maxBytes || found.entries > MAX_FILES) return 'too-large'
    walkedAt = free
  }
}

async function freeSpace(dir: string): Promise<{ bytes: number; files: number }> {
  const { bavail, bsize, ffree } = await statfs(dir)
  return { bytes: bavail * bsize, files: ffree }
}
