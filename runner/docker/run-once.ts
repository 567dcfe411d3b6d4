import { finished } from 'node:stream/promises'
import { setTimeout as pause } from 'node:timers/promises'
import type { Docker } from './client.ts'
import { demux } from './demux.ts'
import { createContainer, startContainer, type ContainerOptions } from './containers.ts'
import { asEngineError } from './engine-error.ts'
import { removeContainer } from './remove-container.ts'

export interface RunOptions {
  readonly signal: AbortSignal
  readonly deadlineMs: number
  /** Standard output and error as they come. A multi-byte character may be cut between two calls. */
  readonly onOutput: (chunk: Buffer) => void
  /** Takes over the wait for the removal of a container that ended by itself, so that what it made can be looked at meanwhile. */
  readonly onRemoval?: (removed: Promise<void>) => void
}

export interface RunResult {
  readonly exitCode: number
  readonly oomKilled: boolean
  readonly timedOut: boolean
}

/** How long output may still come after the end; a process that was left behind can keep the stream open. */
const LAST_OUTPUT_MS = 2000

/**
 * Runs one container to its end and removes it, whatever happens: its end, its deadline, an abort, or an engine that fails on the way.
 *
 * @throws MicropushError `engine-unavailable`; the signal's reason when it is aborted
 */
export async function runOnce(docker: Docker, spec: ContainerOptions, options: RunOptions): Promise<RunResult> {
  options.signal.throwIfAborted()
  // Creating is not aborted half-way: then nobody would know whether there is a container to remove.
  const id = await createContainer(docker, spec)
  let hasEnded = false
  try {
    options.signal.throwIfAborted()
    const result = await run(docker, id, options)
    hasEnded = !result.timedOut
    return result
  } finally {
    const removed = removeContainer(docker, id)
    if (hasEnded && options.onRemoval !== undefined) options.onRemoval(removed)
    else await removed
  }
}

async function run(docker: Docker, id: string, { signal, deadlineMs, onOutput }: RunOptions): Promise<RunResult> {
  const container = docker.getContainer(id)
  const stream = await asEngineError(() => container.attach({ stream: true, stdout: true, stderr: true }))
  stream.on('data', demux(onOutput))
  const outputEnded = finished(stream, { writable: false }).catch(() => {
    // The connection is cut when the container is removed; its exit code says how the run went.
  })
  const deadline = AbortSignal.timeout(deadlineMs)
  const stop = AbortSignal.any([signal, deadline])
  let code: number
  try {
    await startContainer(docker, id)
    code = await exitCodeOf(docker, id, stop)
  } catch (error) {
    signal.throwIfAborted()
    if (!deadline.aborted) throw error
    return { exitCode: 137, oomKilled: false, timedOut: true }
  }
  await Promise.race([outputEnded, pause(LAST_OUTPUT_MS, undefined, { ref: false })])
  const oomKilled = code !== 0 && (await asEngineError(() => container.inspect())).State.OOMKilled
  return { exitCode: code, oomKilled, timedOut: false }
}

async function exitCodeOf(docker: Docker, id: string, stop: AbortSignal): Promise<number> {
  const ended: { StatusCode: number } = await asEngineError(() =>
    docker.getContainer(id).wait({ condition: 'not-running', abortSignal: stop }),
  )
  return ended.StatusCode
}
