import type { Temperature } from '../../../contract/sandbox-state.ts'
import type { WakeKind } from '../../gateway/protocol.ts'
import type { EvictReason } from '../../metrics/metrics.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { FleetOptions } from './actions.ts'
import { pauseMs } from './crashes.ts'
import { createLadder } from './ladder.ts'
import { createLeases } from './leases.ts'
import { leave } from './leave.ts'
import { loseSandbox } from './lose.ts'
import { clearTimers, isForgettable, moveTo, setTimer, type Member } from './member.ts'
import { replaceSandboxes, type Replaced } from './replace.ts'
import { createScaler } from './scale.ts'
import { createSleep, isDue } from './sleep.ts'
import { join } from './sandboxes.ts'
import { createTurns } from './turns.ts'

/** How long gateways may take to join an engine that has just started, or to come back to one. */
const RETURN_MS = 2000
/** One that is to be awake always is started again after this at the earliest. */
const START_AGAIN_MS = 1000

interface Woken {
  readonly sockets: string[]
  readonly by: WakeKind
}

/** Knows which deployment has which sandboxes, in what state, and which gateways may dial them. */
export interface Fleet {
  /** Takes over what a former engine left, before any gateway can join. What runs is put to sleep unless a gateway soon says that it has a lease. */
  adopt(sandbox: Sandbox, state: 'hot' | 'frozen'): void
  /** Starts those among them that never sleep and have no sandbox. */
  keepAwake(deploymentIds: Iterable<string>): void
  /** Takes in a sandbox that was started for a deploy, tells of it, and puts it to sleep at once. */
  enter(sandbox: Sandbox): Promise<void>
  /** The lease for a gateway, after thawing or starting as need be. One start serves all that wait. Rejects with a MicropushError. */
  wake(deploymentId: string, gateway: object): Promise<Woken>
  /** A gateway gives its lease back; the last one lets the deployment sleep. */
  idle(deploymentId: string, gateway: object): void
  /** A gateway that has just joined says which leases it goes on having. */
  holds(deploymentIds: readonly string[], gateway: object): void
  /** How much of a deployment's load goes through a gateway. */
  load(deploymentId: string, gateway: object, requests: number): void
  /** Its leases last a little longer: it may come back. */
  gatewayLeft(gateway: object): void
  /**
   * Puts a sandbox that was just started into the place of those that it has, which finish what they have begun. Whether it may still be
   * done is asked when its turn comes; when it may not, the new one is ended and nothing is given.
   */
  replace(sandbox: Sandbox, mayStill: () => Promise<boolean>): Promise<Replaced | undefined>
  /** Freezes it once it has finished its work, unless somebody has a lease or comes for one. */
  sleep(deploymentId: string): Promise<void>
  /** Lets go of a frozen one, unless it is wanted meanwhile. */
  evict(deploymentId: string, why: EvictReason): Promise<void>
  /** Its policy may have changed. */
  review(deploymentId: string): void
  /** Its process ended by itself, or hangs and has to end; gives false when it was the fleet that ended it. `onLost` is called before what is left of it is taken away. */
  lost(deploymentId: string, containerId: string, onLost?: (sandbox: Sandbox) => void): Promise<boolean>
  destroy(deploymentId: string): Promise<void>
  /** Every deployment's sandboxes that gateways are to know, hot or frozen. */
  known(): { deploymentId: string; sockets: string[] }[]
  /** Deployments that a gateway has a lease on. */
  awake(): string[]
  /** Deployments that are frozen, and since when. */
  frozen(): { deploymentId: string; containerId: string; sinceMs: number }[]
  /** Sandboxes that are not frozen. */
  running(): Sandbox[]
  temperature(deploymentId: string): Temperature
  /** The sandbox that it has at the moment; the first of several. */
  sandbox(deploymentId: string): Sandbox | undefined
  /** All that a deployment has, or that there are, those that finish their last requests among them. */
  sandboxes(deploymentId?: string): Sandbox[]
  /** Seconds until the next start may be tried; 0 for one that does not crash. */
  pauseSeconds(deploymentId: string): number
  /** Stops the timers; sandboxes stay as they are. */
  close(): void
}

export function createFleet(options: FleetOptions): Fleet {
  const down = new AbortController()
  const rest = (member: Member): void => {
    if (down.signal.aborted) return
    if (isDue(options, leases, member) && member.timers.sleep === undefined) return void sleep(member.id)
    if (startAgain(member)) return
    if (!isForgettable(member)) return
    clearTimers(member)
    turns.forget(member)
  }
  const leases = createLeases({
    returnMs: RETURN_MS,
    onFree(id) {
      const member = members.get(id)
      if (member?.busy === 0) rest(member)
    },
  })
  const turns = createTurns(rest)
  const { members } = turns
  const ladder = createLadder(options, turns)
  const leaveOptions = { ...options, down: down.signal, onLeft: (member: Member) => member.busy === 0 && rest(member) }
  const goAway = (member: Member, sandbox: Sandbox) => leave(leaveOptions, member, sandbox)
  const scale = createScaler({ fleet: options, turns, leave: goAway })
  const sleepInTurn = createSleep({ fleet: options, turns, leases, ladder, leave: goAway })
  const sleep = (id: string): Promise<void> => turns.inTurn(id, sleepInTurn)
  const all = (member: Member) => [...member.sandboxes, ...member.leaving.keys(), ...member.debris]

  /** One that never sleeps is started again by itself when it has ended. */
  function startAgain(member: Member): boolean {
    if (member.temperature !== 'cold' || options.policy(member.id).idleMs !== Infinity) return false
    const due = () => {
      if (options.policy(member.id).idleMs !== Infinity) return rest(member)
      turns
        .atOnce(member.id, (then) => ladder.heat(then))
        .catch((error: unknown) => {
          options.onProblem('a micro that never sleeps could not be started', { deploymentId: member.id, error })
        })
    }
    if (member.timers.sleep === undefined)
      setTimer(member, 'sleep', { ms: Math.max(START_AGAIN_MS, pauseMs(member)), due })
    return true
  }

  return {
    adopt(sandbox, state) {
      const member = turns.of(sandbox.deploymentId)
      if (member.sandboxes.length > 0 && (state === 'frozen' || member.temperature === 'frozen')) {
        void goAway(member, sandbox)
        return
      }
      member.sandboxes.push(sandbox)
      moveTo(member, state)
      options.metrics.state({ from: 'cold', to: state })
      if (state === 'frozen') ladder.awaitCold(member)
      else leases.grace(member.id, RETURN_MS)
    },
    keepAwake(ids) {
      for (const id of ids) rest(turns.of(id))
    },
    enter: (sandbox) =>
      turns.inTurn(sandbox.deploymentId, async (member) => {
        const former = member.sandboxes
        member.sandboxes = []
        join(options, member, sandbox)
        for (const one of former) void goAway(member, one)
      }),
    wake(id, gateway) {
      const askedMs = performance.now()
      return turns.atOnce(id, async (member) => {
        const by = await ladder.heat(member)
        if (by !== 'hot') options.metrics.wake({ kind: by, ms: performance.now() - askedMs })
        leases.take(id, gateway)
        return { sockets: member.sandboxes.map(({ socket }) => socket), by }
      })
    },
    idle: (id, gateway) => leases.giveBack(id, gateway),
    holds(ids, gateway) {
      for (const id of ids) {
        const held = turns.atOnce(id, async (member) => {
          if (member.sandboxes.length === 0) return
          await ladder.heat(member)
          leases.take(id, gateway)
        })
        held.catch((error: unknown) => {
          options.onProblem('a micro that a gateway uses could not be woken', { deploymentId: id, error })
        })
      }
    },
    load(id, gateway, requests) {
      const member = members.get(id)
      if (member === undefined) return
      if (requests === 0) member.loads.delete(gateway)
      else member.loads.set(gateway, requests)
      scale(member)
    },
    gatewayLeft(gateway) {
      leases.left(gateway)
      for (const member of members.values()) if (member.loads.delete(gateway)) scale(member)
    },
    replace: (sandbox, mayStill) =>
      turns.atOnce(sandbox.deploymentId, (member) =>
        replaceSandboxes({ fleet: options, leave: goAway }, { member, sandbox, mayStill }),
      ),
    sleep,
    evict: (id, why) => turns.inTurn(id, (member) => ladder.evict(member, why)),
    review(id) {
      const member = members.get(id)
      if (member === undefined) return
      ladder.awaitCold(member)
      scale(member)
      if (member.busy === 0) rest(member)
    },
    lost: (id, containerId, onLost) =>
      turns.atOnce(id, async (member) => {
        try {
          return await loseSandbox(options, { member, containerId, onLost })
        } finally {
          // With the last sandbox its leases end: gateways have been told, and ask for another one.
          if (member.sandboxes.length === 0) leases.forget(id)
          scale(member)
        }
      }),
    destroy: (id) =>
      turns.atOnce(id, async (member) => {
        for (const { stop } of member.leaving.values()) stop.abort()
        await Promise.all([...member.leaving.values()].map(({ ended }) => ended))
        await ladder.chill(member)
        leases.forget(id)
        // Nothing of it counts any more, so it is forgotten once nobody waits for it.
        member.crashes = 0
      }),
    known: () =>
      [...members.values()]
        .filter(({ sandboxes }) => sandboxes.length > 0)
        .map(({ id, sandboxes }) => ({ deploymentId: id, sockets: sandboxes.map(({ socket }) => socket) })),
    awake: () =>
      [...members.values()]
        .filter(({ id, temperature }) => temperature === 'hot' && !leases.isFree(id))
        .map(({ id }) => id),
    frozen: () =>
      [...members.values()].flatMap(({ id, sandboxes: [sandbox], temperature, sinceMs }) =>
        temperature !== 'frozen' || sandbox === undefined
          ? []
          : [{ deploymentId: id, containerId: sandbox.containerId, sinceMs }],
      ),
    running: () =>
      [...members.values()].flatMap(({ sandboxes, temperature, leaving }) =>
        (temperature === 'hot' ? sandboxes : []).concat(...leaving.keys()),
      ),
    temperature: (id) => members.get(id)?.temperature ?? 'cold',
    sandbox: (id) => {
      const member = members.get(id)
      return member?.sandboxes[0] ?? member?.debris[0]
    },
    sandboxes: (id) => (id === undefined ? [...members.values()] : [members.get(id) ?? []].flat()).flatMap(all),
    pauseSeconds: (id) => {
      const member = members.get(id)
      return member === undefined ? 0 : Math.ceil(pauseMs(member) / 1000)
    },
    close() {
      down.abort()
      leases.close()
      for (const member of members.values()) clearTimers(member)
    },
  }
}
