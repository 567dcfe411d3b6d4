import { constants } from 'node:fs'
import { copyFile, mkdir, open, readdir, readFile, rm, symlink, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { mount, runSystemTool } from '../../mounts/mounts.ts'
import { openPipe } from './open-pipe.ts'
import { writePipe } from './write-pipe.ts'

/** Kernel state of an app's, without its memory: 0.3 MB as a rule. */
const OPTIONS = ['size=32m', 'nr_inodes=16', 'mode=0700', 'nosuid', 'nodev', 'noexec']
/** runsc's own names, in the order in which it opens them: `pkg/sentry/checkpointfiles` in its source. */
const [STATE, GATE, PAGES] = ['checkpoint.img', 'pages_meta.img', 'pages.img'] as const
/** The installed runtime puts it there when it can do without a lock that runsc holds meanwhile. */
const MARK = 'ahead'

/**
 * A `runsc restore` that is on its way before it is known what it restores: the program is started and has opened the kernel's state, which is
 * still empty, and waits for somebody to write into the second of its three files. That start is a tenth of a wake.
 */
export interface Ahead {
  /**
   * @throws MicropushError `engine-unavailable` when nobody comes for it, which is no fault of the image's; Error of the file system's; the reason of
   * a signal that aborts.
   */
  restoreFrom(image: string, within: Within): Promise<void>
  /** Lets it fail, when it waits still. */
  giveUp(): Promise<void>
}

interface Within {
  readonly signal: AbortSignal
  /** Aborts when the container is no more, of which nobody is told who waits for a reader of a pipe. */
  readonly ended: AbortSignal
}

/**
 * @param folder - of the sandbox that waits: root's and the gateway's group's.
 * @param order - tells the process that waits in the sandbox what to do.
 * @returns undefined where the installed runtime is too old for it.
 */
export async function restoreAhead(folder: string, order: (line: string) => Promise<void>): Promise<Ahead | undefined> {
  const isAble = await unlink(join(folder, MARK)).then(
    () => true,
    () => false,
  )
  if (!isAble) return undefined
  const own = join(folder, 'image')
  const gate = join(own, GATE)
  await mkdir(own, { mode: 0o700 })
  await mount({ source: 'tmpfs', target: own, options: OPTIONS, type: 'tmpfs' })
  await writeFile(join(own, STATE), '', { mode: 0o600 })
  await runSystemTool('mkfifo', ['-m', '600', gate])
  await order(`restore ${own}`)
  return {
    async restoreFrom(image, { signal, ended }) {
      const [meta] = await Promise.all([
        readFile(join(image, GATE)),
        copyFile(join(image, STATE), join(own, STATE)),
        symlink(join(image, PAGES), join(own, PAGES)),
      ])
      const pipe = await openPipe(gate, AbortSignal.any([signal, ended]))
      try {
        await writePipe(pipe, meta, signal)
      } finally {
        await pipe.close()
      }
    },
    async giveUp() {
      const pipe = await open(gate, constants.O_WRONLY | constants.O_NONBLOCK).catch(() => undefined)
      await pipe?.close()
    },
  }
}

/** What a restore was made of is in its memory by now. */
export async function forgetImage(folder: string): Promise<void> {
  const own = join(folder, 'image')
  const names = await readdir(own).catch(() => [])
  await Promise.all(names.map((name) => rm(join(own, name), { force: true })))
}
