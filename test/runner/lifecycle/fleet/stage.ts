import { onTestFinished, vi } from 'vitest'
import { MicropushError } from '../../../../contract/errors.ts'
import type { SleepPolicy } from '../../../../contract/sleep.ts'
import { createFleet, type Fleet } from '../../../../runner/lifecycle/fleet/fleet.ts'
import type { Sandbox } from '../../../../runner/sandbox/sandbox.ts'

export const usual: SleepPolicy = { idleMs: 3000, coldMs: 60_000, scale: { max: 1, concurrency: 50 } }

/** A fleet whose sandboxes are names, with a gateway that all leases go to unless another is named. */
export interface FleetStage {
  readonly fleet: Fleet
  readonly gateway: object
  /** `start s1`, `freeze s1` and so on, as it was done. */
  readonly did: string[]
  /** What gateways were told last of each deployment. */
  readonly told: Map<string, string[]>
  /** The same in its order. */
  readonly announced: string[]
  readonly problems: string[]
  readonly evicted: string[]
  /** `hot > frozen 3000`: steps with how long the state before lasted, in ms. */
  readonly steps: string[]
  /** How each was woken. */
  readonly wakes: string[]
  readonly policies: Map<string, SleepPolicy>
  pressure: 'none' | 'some' | 'full'
  /** Called before each start that somebody waits for. */
  onStart: () => void
  /** What the next action of a kind does instead; taken by one. */
  readonly instead: Partial<Record<string, (signal?: AbortSignal) => Promise<unknown>>>
  readonly sandboxOf: (deploymentId: string) => Sandbox
  /** @returns the first socket. */
  readonly wake: (deploymentId: string, gateway?: object) => Promise<string | undefined>
  /** The gateway gives its lease back. Resolves when the deployment sleeps, or has been found to be wanted. */
  readonly rest: (deploymentId: string) => Promise<void>
}

/** For the test that runs, or is about to; its clock stands still until it is told to go on. */
export function stageFleet(): FleetStage {
  vi.useFakeTimers()
  let starts = 0
  const did: string[] = []
  const told = new Map<string, string[]>()
  const announced: string[] = []
  const problems: string[] = []
  const evicted: string[] = []
  const steps: string[] = []
  const wakes: string[] = []
  const policies = new Map<string, SleepPolicy>()
  const instead: FleetStage['instead'] = {}
  const gateway = { name: 'gateway' }
  const sandboxOf = (deploymentId: string): Sandbox => {
    const id = `s${++starts}`
    const names = { id, containerId: `c-${id}`, deploymentId, socket: `/${id}/app.sock` }
    return { ...names, isolation: 'runc', startedBy: 'plain', startedAtMs: Date.now() }
  }
  const act = async (what: string, id: string, signal?: AbortSignal): Promise<void> => {
    did.push(`${what} ${id}`)
    const other = instead[what]
    delete instead[what]
    await other?.(signal)
  }
  /** What happens all the time is noted only where a test has something to say of it. */
  const wait = (what: string) => async (sandbox: Sandbox, signal: AbortSignal) => {
    if (instead[what] !== undefined) await act(what, sandbox.id, signal)
  }
  const stage: Pick<FleetStage, 'pressure' | 'onStart'> = { pressure: 'none', onStart: () => {} }
  const fleet = createFleet({
    actions: {
      start: async (deploymentId) => {
        const sandbox = sandboxOf(deploymentId)
        await act('start', sandbox.id)
        return sandbox
      },
      quiet: wait('quiet'),
      drain: wait('drain'),
      freeze: ({ id }) => act('freeze', id),
      thaw: ({ id }) => act('thaw', id),
      destroy: ({ id }) => act('destroy', id),
      retire: () => Promise.resolve(),
      announce(deploymentId, sockets) {
        const names = sockets.map((socket) => socket.split('/')[1] ?? '')
        told.set(deploymentId, names)
        announced.push(`${deploymentId}: ${names.join(' ')}`)
      },
    },
    policy: (id) => policies.get(id) ?? usual,
    scaleDownMs: 30_000,
    metrics: {
      wake: ({ kind }) => wakes.push(kind),
      state: ({ from, to, ms }) => steps.push(`${from} > ${to}${ms === undefined ? '' : ` ${ms}`}`),
      evicted: (why) => evicted.push(why),
    },
    pressure: () => stage.pressure,
    onStart: () => stage.onStart(),
    onProblem: (message) => problems.push(message),
  })
  onTestFinished(() => {
    fleet.close()
    vi.useRealTimers()
  })
  return Object.assign(stage, {
    fleet,
    gateway,
    did,
    told,
    announced,
    problems,
    evicted,
    steps,
    wakes,
    policies,
    instead,
    sandboxOf,
    wake: async (id: string, by: object = gateway) => (await fleet.wake(id, by)).sockets[0],
    async rest(id: string) {
      fleet.idle(id, gateway)
      await fleet.sleep(id)
    },
  })
}

export const fails = (code: 'start-failed' | 'engine-unavailable') => () =>
  Promise.reject(new MicropushError(code, `${code} in a test`))

/** A thing that happens when a test says so. */
export function gate(): {
  readonly begun: Promise<void>
  readonly open: () => void
  readonly pass: () => Promise<void>
} {
  const [begun, opened] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  return {
    begun: begun.promise,
    open: opened.resolve,
    pass: () => {
      begun.resolve()
      return opened.promise
    },
  }
}

/** Lets everything happen that is waiting for nothing. */
export async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0)
}
