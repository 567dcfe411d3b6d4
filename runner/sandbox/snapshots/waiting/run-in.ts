import { chown, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { listenForInit, type ControlChannel } from '../../start/control-channel.ts'
import type { OciConfig } from './oci-config.ts'
import type { Waiting } from './waiting.ts'

interface Run {
  readonly config: OciConfig
  /** `run`, `save`, or `restore` with the folder to restore from. */
  readonly order: string
  readonly signal: AbortSignal
}

/**
 * Lets a waiting container become what the order says, and waits for its init.
 *
 * @returns the conversation with it; undefined when the container ended before that.
 * @throws Error of the file system's when nobody waits any more; the signal's reason when it aborts.
 */
export async function runIn(waiting: Waiting, { config, order, signal }: Run): Promise<ControlChannel | undefined> {
  const { uid } = config.process.user
  const { box, control, folder } = waiting.paths
  if (uid !== waiting.uid) await chown(box, uid, uid)
  const listener = await listenForInit(control, uid)
  try {
    const bundle = join(folder, 'bundle')
    await mkdir(bundle, { mode: 0o700 })
    await writeFile(join(bundle, 'config.json'), JSON.stringify(config), { mode: 0o600 })
    await waiting.order(order)
    const ended = waiting.exited.then(
      () => undefined,
      () => undefined,
    )
    return await Promise.race([listener.accept(signal), ended])
  } finally {
    listener.close()
  }
}
