import { chown } from 'node:fs/promises'
import type { Attacher } from '../../attach/attacher.ts'
import type { FolderMount } from '../../container/app-mounts.ts'
import { listenForInit, type ControlChannel } from '../../start/control-channel.ts'
import type { Waiting } from './waiting.ts'

interface Run {
  readonly attacher: Attacher
  readonly mounts: readonly FolderMount[]
  /** Whom the app's processes belong to. */
  readonly uid: number
  /** Lets what waits in it go. */
  readonly begin: () => Promise<void>
  readonly signal: AbortSignal
}

/**
 * Gives a waiting container its app's folders and lets it begin, until its init is heard.
 *
 * @returns the conversation with it; undefined when the container ended before that.
 * @throws Error when the folders cannot be attached or nobody waits any more; the signal's reason when it aborts.
 */
export async function runIn(waiting: Waiting, run: Run): Promise<ControlChannel | undefined> {
  const { attacher, mounts, uid, begin, signal } = run
  const { box, control } = waiting.paths
  if (uid !== waiting.uid) await chown(box, uid, uid)
  const [listener] = await Promise.all([
    listenForInit(control, uid),
    // Before gVisor looks at them for the first time.
    attacher.attach({ pid: waiting.gofer, box, mounts }),
  ])
  try {
    await begin()
    const ended = waiting.exited.then(
      () => undefined,
      () => undefined,
    )
    return await Promise.race([listener.accept(signal), ended])
  } finally {
    listener.close()
  }
}
