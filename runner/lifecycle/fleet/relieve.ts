import { chooseEvictions } from '../memory/choose-evictions.ts'
import type { MemoryWatch } from '../memory/memory-watch.ts'
import type { Fleet } from './fleet.ts'

/** It is looked at before each start as well. */
const EVERY_MS = 60_000

interface Relief {
  /** Lets go of frozen sandboxes while memory is short, in the background; one look at a time. */
  look(): void
  close(): void
}

interface ReliefOptions {
  /** Asked for each time: the fleet calls this itself. */
  readonly fleet: () => Pick<Fleet, 'frozen' | 'evict'>
  readonly memory: Pick<MemoryWatch, 'lackingBytes'>
  /** Whose a deployment is: whoever holds the most gives first. */
  readonly ownerOf: (deploymentId: string) => string
  /** The memory that a container's end gives back; undefined when nobody can say. */
  readonly weigh: (containerId: string) => Promise<number | undefined>
  readonly onProblem: (message: string, data: object) => void
}

export function createRelief({ fleet, memory, ownerOf, weigh, onProblem }: ReliefOptions): Relief {
  let looking: Promise<void> | undefined
  const relieve = async () => {
    const neededBytes = memory.lackingBytes()
    if (neededBytes <= 0) return
    const weighed = fleet()
      .frozen()
      .map(async ({ deploymentId, sinceMs, containerId }) => ({
        deploymentId,
        owner: ownerOf(deploymentId),
        sinceMs,
        bytes: await weigh(containerId),
      }))
    await Promise.all(
      chooseEvictions(await Promise.all(weighed), { neededBytes }).map((id) => fleet().evict(id, 'memory')),
    )
  }
  const look = () => {
    looking ??= relieve()
      .catch((error: unknown) => onProblem('memory could not be given back', { error }))
      .finally(() => {
        looking = undefined
      })
  }
  const timer = setInterval(look, EVERY_MS)
  timer.unref()
  return { look, close: () => clearInterval(timer) }
}
