import { setTimeout as pause } from 'node:timers/promises'
import { MicropushError } from '../../contract/errors.ts'
import type { Docker } from './client.ts'
import { asEngineError, statusOf } from './engine-error.ts'

/** A gVisor sandbox with thousands of busy tasks takes 20 s to die on an idle machine of two cores, and a minute on a busy one. */
const REMOVAL_MS = 120_000
const EVERY_MS = 250

/**
 * Kills and removes a container, with its anonymous volumes, and resolves when it is gone: not before, where somebody else removes it
 * already, and not with Docker's patience, which some versions lose 10 s after SIGKILL.
 *
 * @throws MicropushError `engine-unavailable` when it is still there after `withinMs`, or when there is no Docker daemon.
 */
export async function removeContainer(docker: Docker, id: string, withinMs = REMOVAL_MS): Promise<void> {
  const deadline = AbortSignal.timeout(withinMs)
  for (;;) {
    const refusal = await remove(docker, id, deadline)
    if (refusal === undefined) return
    if (deadline.aborted) {
      const message = `A container could not be removed within ${Math.round(withinMs / 1000)} s.`
      throw new MicropushError('engine-unavailable', message, { cause: refusal })
    }
    await pause(EVERY_MS)
  }
}

/** @returns undefined when it is gone, else why it is not: being removed (409), or still dying (409 or 500, as Docker's version has it). */
async function remove(docker: Docker, id: string, abortSignal: AbortSignal): Promise<unknown> {
  // The type of dockerode's own options knows no signal.
  const options = { force: true, v: true, abortSignal }
  try {
    await asEngineError(() => docker.getContainer(id).remove(options))
    return undefined
  } catch (error) {
    const status = statusOf(error) ?? statusOf(error instanceof Error ? error.cause : undefined)
    if (status === 404) return undefined
    if (status === 409 || status === 500 || abortSignal.aborted) return error
    throw error
  }
}
