import type { Docker } from '../../docker/client.ts'
import type { ContainerOptions } from '../../docker/containers.ts'
import { runOnce, type RunOptions, type RunResult } from '../../docker/run-once.ts'
import { watchDisk } from './watch-disk.ts'

interface WatchedOptions extends RunOptions {
  /** The folder that holds all that the container can write to. */
  readonly dir: string
  /** The most that everything in it may take on disk. */
  readonly maxBytes: number
}

/** Thrown when a container wrote more than it may: what it wrote is still there, to be measured. */
export class DiskBoundReached extends Error {}

/**
 * Runs one container to its end, and stops it when it fills the disk.
 *
 * @throws DiskBoundReached; MicropushError `disk-full`, `engine-unavailable`; the signal's reason
 */
export async function runWatched(docker: Docker, spec: ContainerOptions, options: WatchedOptions): Promise<RunResult> {
  const { dir, maxBytes, signal } = options
  const ended = new AbortController()
  const stop = new AbortController()
  // A watch that fails stops the container: unwatched it could fill the disk.
  const watch = watchDisk({ dir, maxBytes, signal: ended.signal }).then(
    (reason) => {
      if (reason !== undefined) stop.abort(reason === 'too-large' ? new DiskBoundReached() : reason)
    },
    (error: unknown) => stop.abort(error),
  )
  try {
    return await runOnce(docker, spec, { ...options, signal: AbortSignal.any([signal, stop.signal]) })
  } finally {
    ended.abort()
    await watch
  }
}
