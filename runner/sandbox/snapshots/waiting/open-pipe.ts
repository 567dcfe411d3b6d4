import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { MicropushError } from '../../../../contract/errors.ts'

/** gVisor's sandbox is made meanwhile. */
const READY_MS = 15_000
const RETRY_MS = 5

/**
 * Opens a named pipe once somebody reads from it. fifo(7): an open for writing that does not block fails with ENXIO as long as nobody does.
 *
 * @throws MicropushError `engine-unavailable` when nobody comes; the signal's reason when it aborts.
 */
export async function openPipe(path: string, signal: AbortSignal): Promise<FileHandle> {
  const deadlineMs = Date.now() + READY_MS
  for (;;) {
    signal.throwIfAborted()
    try {
      return await open(path, constants.O_WRONLY | constants.O_NONBLOCK)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENXIO' || Date.now() > deadlineMs)
        throw new MicropushError('engine-unavailable', 'A container that waits for a snapshot did not come up.', {
          cause: error,
        })
    }
    await delay(RETRY_MS)
  }
}
