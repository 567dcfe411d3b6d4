import { access } from 'node:fs/promises'
import type { Attacher } from '../attach/attacher.ts'
import type { FolderMount } from '../container/app-mounts.ts'
import type { ControlChannel } from '../start/control-channel.ts'
import { expect } from '../start/phases.ts'
import { putFiles } from './files.ts'
import type { Manifest } from './manifest.ts'
import type { SnapshotPaths } from './snapshot-paths.ts'
import { forgetImage } from './waiting/ahead.ts'
import { runIn } from './waiting/run-in.ts'
import type { Waiting } from './waiting/waiting.ts'

interface Snapshot {
  readonly paths: SnapshotPaths
  readonly manifest: Pick<Manifest, 'uid' | 'hasFiles'>
  /** The app's folders. */
  readonly mounts: readonly FolderMount[]
  readonly attacher: Attacher
}

/**
 * Brings an imported app back in a container that waits.
 *
 * @returns the conversation with its init, which stands at `imported`; undefined when it did not come back.
 * @throws what `runIn` throws.
 */
export async function restore(
  waiting: Waiting,
  { paths, manifest: { uid, hasFiles }, mounts, attacher }: Snapshot,
  signal: AbortSignal,
): Promise<ControlChannel | undefined> {
  if (hasFiles) await putFiles(paths, waiting.paths)
  await access(paths.image)
  const begin = () => waiting.restoreFrom(paths.image, signal)
  const channel = await runIn(waiting, { attacher, mounts, uid, begin, signal })
  if (channel === undefined) return undefined
  const [end] = await Promise.all([expect(channel, 'imported', signal), forgetImage(waiting.paths.folder)])
  return end.kind === 'reached' ? channel : undefined
}
