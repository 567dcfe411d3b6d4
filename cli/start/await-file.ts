import { access } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { MicropushError } from '../../contract/errors.ts'

const DEADLINE_MS = 30_000

/** Waits for a file that a process makes once it is ready. */
export async function awaitFile(path: string, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS
  for (;;) {
    signal.throwIfAborted()
    try {
      return await access(path)
    } catch {
      if (Date.now() > deadline)
        throw new MicropushError('setup-incomplete', `${path} did not appear within half a minute.`)
    }
    await sleep(20)
  }
}
