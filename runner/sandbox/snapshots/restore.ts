import { access } from 'node:fs/promises'
import type { ControlChannel } from '../start/control-channel.ts'
import { expect } from '../start/phases.ts'
import { putFiles } from './files.ts'
import type { Manifest } from './manifest.ts'
import type { SnapshotPaths } from './snapshot-paths.ts'
import { inPlaceOf } from './waiting/oci-config.ts'
import { runIn } from './waiting/run-in.ts'
import type { Waiting } from './waiting/waiting.ts'

interface Snapshot {
  readonly paths: SnapshotPaths
  readonly manifest: Pick<Manifest, 'config' | 'hasFiles'>
}

/**
 * Brings an imported app back in a container that waits.
 *
 * @returns the conversation with its init, which stands at `imported`; undefined when it did not come back.
 * @throws what `runIn` throws.
 */
export async function restore(
  waiting: Waiting,
  { paths, manifest }: Snapshot,
  signal: AbortSignal,
): Promise<ControlChannel | undefined> {
  if (manifest.hasFiles) await putFiles(paths, waiting.paths)
  await access(paths.image)
  const config = inPlaceOf(manifest.config, waiting.record.config)
  const channel = await runIn(waiting, { config, order: `restore ${paths.image}`, signal })
  if (channel === undefined) return undefined
  return (await expect(channel, 'imported', signal)).kind === 'reached' ? channel : undefined
}
