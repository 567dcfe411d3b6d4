import { setTimeout as delay } from 'node:timers/promises'
import { MicropushError } from '../../../contract/errors.ts'
import type { Docker } from '../../docker/client.ts'
import { containerState, pauseContainer, unpauseContainer } from '../../docker/containers.ts'
import type { Freezer } from './freezer.ts'

/** How long Docker may take to hear of its own pause. */
const HEAR_MS = 1000
const EVERY_MS = 20

/** Docker's pause: ten times as slow as the others, and in reach wherever Docker is. */
export function dockerFreezer(docker: Docker, containerId: string): Freezer {
  let paused = false
  return {
    mechanism: 'docker',
    async freeze() {
      await pauseContainer(docker, containerId)
      paused = true
    },
    async thaw() {
      // Docker takes its picture from events that come late: that of a former wake, after a pause, makes it say for a moment that nothing is
      // paused (https://github.com/moby/moby/blob/v20.10.24/daemon/monitor.go, EventResumed).
      for (const deadline = performance.now() + HEAR_MS; !(await unpauseContainer(docker, containerId)) && paused;) {
        if (performance.now() > deadline)
          throw new MicropushError('engine-unavailable', 'Docker does not know that it has paused the sandbox.')
        await delay(EVERY_MS)
      }
      paused = false
    },
    isFrozen: async () => (await containerState(docker, containerId))?.paused === true,
    close() {},
  }
}
