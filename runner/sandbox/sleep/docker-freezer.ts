import { setTimeout as delay } from 'node:timers/promises'
import { MicropushError } from '../../../contract/errors.ts'
import type { Docker } from '../../docker/client.ts'
import { containerState, pauseContainer, unpauseContainer } from '../../docker/containers.ts'
import type { Freezer } from './freezer.ts'

/** How long Docker may take to hear of its own doing. */
const HEAR_MS = 1000
const EVERY_MS = 20

/**
 * Docker's pause: ten times as slow as the others, and in reach wherever Docker is. It takes its picture from events that may come late, so that after
 * a quick change it does for a moment not believe what it has done (https://github.com/moby/moby/blob/v20.10.24/daemon/monitor.go, EventPaused
 * and EventResumed): what we know better is asked for again.
 */
export function dockerFreezer(docker: Docker, containerId: string): Freezer {
  let paused: boolean | undefined
  const change = async (to: boolean): Promise<void> => {
    const call = to ? pauseContainer : unpauseContainer
    const before = paused
    for (const deadline = performance.now() + HEAR_MS; !(await call(docker, containerId)); await delay(EVERY_MS)) {
      if (before !== !to) break
      if (performance.now() > deadline)
        throw new MicropushError('engine-unavailable', 'Docker has lost sight of whether the sandbox is paused.')
    }
    paused = to
  }
  return {
    mechanism: 'docker',
    freeze: () => change(true),
    thaw: () => change(false),
    isFrozen: async () => (await containerState(docker, containerId))?.paused === true,
    close() {},
  }
}
