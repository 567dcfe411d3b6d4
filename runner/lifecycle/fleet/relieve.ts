import { chooseEvictions } from '../memory/choose-evictions.ts'
import type { MemoryWatch } from '../memory/memory-watch.ts'
import type { Pools } from '../../sandbox/pool/pools.ts'
import type { Fleet } from './fleet.ts'

/** It is looked at before each start as well. */
const EVERY_MS = 60_000

interface Relief {
  /** Lets go of what waits ahead of need and of frozen sandboxes while memory is short, in the background; one look at a time. */
  look(): void
  close(): void
}

interface ReliefOptions {
  /** Asked for each time: the fleet calls this itself. */
  readonly fleet: () => Pick<Fleet, 'frozen' | 'evict'>
  readonly memory: Pick<MemoryWatch, 'lackingBytes'>
  /** What waits ahead of need, where anything does. */
  readonly ahead?: readonly Pick<Pools<unknown>, 'giveUp'>[]
  /** Whose a deployment is: whoever holds the most gives first. */
  readonly ownerOf: (deploymentId: string) => string
  /** The memory that a container's end gives back; undefined when nobody can say. */
  readonly weigh: (containerId: string) => Promise<number | undefined>
  readonly onProblem: (message: string, data: object) => void
}

export function createRelief({ fleet, memory, ahead = [], ownerOf, weigh, onProblem }: ReliefOptions): Relief {
  let looking: Promise<void> | undefined
  const giveUp = async (which: 'surplus' | 'all') => {
    const lackingBytes = memory.lackingBytes()
    if (lackingBytes > 0) await Promise.all(ahead.map((pools) => pools.giveUp(lackingBytes, which)))
  }
  const evict = async () => {
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
  /** What is nobody's goes first. The few that always wait go last: whoever is woken while memory is short takes one, and needs no other memory. */
  const relieve = async () => {
    await giveUp('surplus')
    await evict()
    // What lacks by now may be what was taken meanwhile; then the next look makes more of the frozen cold.
    if (fleet().frozen().length === 0) await giveUp('all')
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
