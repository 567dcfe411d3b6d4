import { writeSync } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { MicropushError } from '../../../contract/errors.ts'
import type { Freezer, Mechanism } from './freezer.ts'

/** A process in an uninterruptible wait, for a slow disk for example, is frozen only when that is over. */
const FREEZE_MS = 3000
const MOST_DELAY_MS = 20

/** What one version's files are called and say. */
interface Files {
  readonly mechanism: Mechanism
  readonly control: string
  readonly freeze: string
  readonly thaw: string
  readonly state: string
  readonly frozen: RegExp
}

/** Kernel, Documentation/admin-guide/cgroup-v1/freezer-subsystem.rst: it may stand at FREEZING for a while. */
export const v1Files: Files = {
  mechanism: 'cgroup-v1',
  control: 'freezer.state',
  freeze: 'FROZEN',
  thaw: 'THAWED',
  state: 'freezer.state',
  frozen: /^FROZEN$/m,
}

/** Kernel, Documentation/admin-guide/cgroup-v2.rst, "cgroup.freeze". */
export const v2Files: Files = {
  mechanism: 'cgroup-v2',
  control: 'cgroup.freeze',
  freeze: '1',
  thaw: '0',
  state: 'cgroup.events',
  frozen: /^frozen 1$/m,
}

/**
 * The kernel's freezer, written directly; Docker does not notice. Its file stays open, so that a thaw is one write.
 *
 * @param folder - of the container's cgroup.
 * @throws what open(2) throws when the freezer may not be written from here.
 */
export async function cgroupFreezer(folder: string, files: Files): Promise<Freezer> {
  const control = await open(join(folder, files.control), 'r+')
  const thaw = (): void => {
    try {
      writeSync(control.fd, files.thaw, 0)
    } catch (error) {
      throw new MicropushError('engine-unavailable', 'The sandbox cannot be thawed: it has ended.', { cause: error })
    }
  }
  const isFrozen = async (): Promise<boolean> => files.frozen.test(await readFile(join(folder, files.state), 'utf8'))
  return {
    mechanism: files.mechanism,
    thaw,
    isFrozen,
    async freeze() {
      const deadline = performance.now() + FREEZE_MS
      for (let waitMs = 1; ; waitMs = Math.min(MOST_DELAY_MS, waitMs * 2)) {
        // Written again each time: a process that was being made meanwhile may have slipped past v1's.
        await control.write(files.freeze, 0)
        if (await isFrozen()) return
        if (performance.now() > deadline) break
        await delay(waitMs)
      }
      thaw()
      throw new MicropushError('engine-unavailable', `The sandbox could not be frozen within ${FREEZE_MS / 1000} s.`)
    },
    close() {
      void control.close().catch(() => {})
    },
  }
}
