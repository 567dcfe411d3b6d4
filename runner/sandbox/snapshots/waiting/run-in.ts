import { chown } from 'node:fs/promises'
import { MicropushError } from '../../../../contract/errors.ts'
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
 * @throws MicropushError `engine-unavailable` when the folders cannot be attached, nobody waits any more, or Docker cannot tell; the signal's reason
 * when it aborts.
 */
export async function runIn(waiting: Waiting, run: Run): Promise<ControlChannel | undefined> {
  const { attacher, mounts, uid, begin, signal } = run
  const { box, control } = waiting.paths
  if (uid !== waiting.uid) await chown(box, uid, uid)
  const attached = attacher
    .attach({ pid: waiting.gofer, box, mounts })
    .catch(unavailable('Folders cannot be attached to a container that waits.'))
  // It is heard of below, unless the other fails before.
  attached.catch(() => {})
  const listener = await listenForInit(control, uid)
  try {
    // Before gVisor looks at them for the first time.
    await attached
    await begin()
    const ended = waiting.exited.then(
      () => undefined,
      unavailable('Docker cannot tell any more what becomes of a container that waited.'),
    )
    return await Promise.race([listener.accept(signal), ended])
  } finally {
    listener.close()
  }
}

function unavailable(message: string) {
  return (cause: unknown): never => {
    throw new MicropushError('engine-unavailable', message, { cause })
  }
}
