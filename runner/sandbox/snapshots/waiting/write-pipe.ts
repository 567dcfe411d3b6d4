import type { FileHandle } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'

const RETRY_MS = 2

/**
 * Writes all of it into a named pipe that was opened without blocking. pipe(7): one holds 64 KB, and a write fails with EAGAIN while it is full.
 *
 * @throws Error with the code `EPIPE` when nobody reads it any more; the signal's reason when it aborts.
 */
export async function writePipe(pipe: FileHandle, data: Buffer, signal: AbortSignal): Promise<void> {
  let left = data
  while (left.length > 0) {
    signal.throwIfAborted()
    const written = await writeSome(pipe, left)
    left = left.subarray(written)
    if (written === 0) await delay(RETRY_MS)
  }
}

async function writeSome(pipe: FileHandle, data: Buffer): Promise<number> {
  try {
    return (await pipe.write(data)).bytesWritten
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0
    throw error
  }
}
