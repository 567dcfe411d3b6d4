import type { Docker } from '../../docker/client.ts'
import { containerState, cpuTimeMs, unpauseContainer } from '../../docker/containers.ts'
import { readReach, type Reach } from '../cgroup/reach.ts'
import { readCpuTime } from '../cgroup/read-cpu-time.ts'
import type { Isolation } from '../container/isolation.ts'
import { chooseFreezer } from './choose-freezer.ts'
import { explainMechanism, type Explained } from './explain-mechanism.ts'
import type { Freezer, Mechanism } from './freezer.ts'

/** A sandbox, or one that will be. */
export interface Freezable {
  readonly containerId: string
  readonly isolation: Isolation
}

/** Freezes and thaws sandboxes, each by one mechanism. Nothing here outlives the engine: how a sandbox stands is asked of itself. */
export interface Freezers {
  freeze(sandbox: Freezable): Promise<void>
  thaw(sandbox: Freezable): Promise<void>
  isFrozen(sandbox: Freezable): Promise<boolean>
  mechanism(sandbox: Freezable): Promise<Mechanism>
  /** Processor time that all its processes have used so far, in ms, from its cgroup, or from Docker where that is out of reach; undefined when neither knows. */
  cpuMs(sandbox: Freezable): Promise<number | undefined>
  /** How sandboxes will be frozen here, and why. */
  explain(isolation: Isolation): Promise<Explained>
  /** Its container is no more, or about to be. */
  forget(containerId: string): void
}

interface Known {
  readonly pid: number
  readonly freezer: Freezer
  /** Docker paused it, for an older engine or an operator: then it takes Docker to end that. */
  pausedByDocker: boolean
  /** The last of the calls that wait for each other. */
  tail: Promise<unknown>
}

export function openFreezers(docker: Docker, reachable: () => Promise<Reach> = readReach): Freezers {
  const known = new Map<string, Promise<Known>>()
  let reach: Promise<Reach> | undefined

  const find = async ({ containerId, isolation }: Freezable): Promise<Known> => {
    reach ??= reachable()
    const [state, inReach] = await Promise.all([containerState(docker, containerId), reach])
    const pid = state?.pid ?? 0
    const freezer = await chooseFreezer(docker, inReach, { containerId, isolation, pid })
    const pausedByDocker = state?.paused === true && freezer.mechanism !== 'docker'
    return { pid, freezer, pausedByDocker, tail: Promise.resolve() }
  }
  const knownOf = (sandbox: Freezable): Promise<Known> => {
    const { containerId } = sandbox
    const found = known.get(containerId)
    if (found !== undefined) return found
    const finding = find(sandbox)
    known.set(containerId, finding)
    // Asked again the next time, and so is one that has not begun to run.
    finding.then(
      ({ pid }) => pid === 0 && known.delete(containerId),
      () => known.delete(containerId),
    )
    return finding
  }
  const inTurn = async <T>(sandbox: Freezable, call: (one: Known) => T | Promise<T>): Promise<T> => {
    const one = await knownOf(sandbox)
    const turn = one.tail.then(() => call(one))
    one.tail = turn.catch(() => {})
    return turn
  }
  const unpause = async (one: Known, containerId: string): Promise<void> => {
    if (!one.pausedByDocker) return
    await unpauseContainer(docker, containerId)
    one.pausedByDocker = false
  }
  return {
    freeze: (sandbox) =>
      inTurn(sandbox, async (one) => {
        await unpause(one, sandbox.containerId)
        await one.freezer.freeze()
      }),
    thaw: (sandbox) =>
      inTurn(sandbox, (one) => {
        if (!one.pausedByDocker) return one.freezer.thaw()
        return unpause(one, sandbox.containerId).then(() => one.freezer.thaw())
      }),
    isFrozen: (sandbox) => inTurn(sandbox, (one) => one.pausedByDocker || one.freezer.isFrozen()),
    mechanism: async (sandbox) => (await knownOf(sandbox)).freezer.mechanism,
    explain: async (isolation) => explainMechanism(await (reach ??= reachable()), isolation),
    async cpuMs(sandbox) {
      const { containerId } = sandbox
      const [{ pid }, inReach] = await Promise.all([knownOf(sandbox), (reach ??= reachable())])
      return (await readCpuTime(inReach, { pid, containerId }).catch(() => undefined)) ?? cpuTimeMs(docker, containerId)
    },
    forget(containerId) {
      const forgotten = known.get(containerId)
      known.delete(containerId)
      forgotten?.then(
        ({ freezer }) => freezer.close(),
        () => {},
      )
    },
  }
}
