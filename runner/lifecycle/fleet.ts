import { MicropushError, asMicropushError } from '../../contract/errors.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { coldMember, isForgettable, noteCrash, wasSteady, type Member, type Temperature } from './fleet-member.ts'

type Grace = 'grace' | 'none'

/** What the fleet does to sandboxes; each call is made for one deployment at a time. */
interface SandboxActions {
  /** A plain start of a deployment that is kept. Rejects with a MicropushError. */
  start(deploymentId: string): Promise<Sandbox>
  /** Resolves when it has nothing to do any more, has had its time, or the signal aborts; never rejects. */
  quiet(sandbox: Sandbox, signal: AbortSignal): Promise<void>
  freeze(sandbox: Sandbox): Promise<void>
  thaw(sandbox: Sandbox): Promise<void>
  /** `grace` leaves time for shutdown events; what has ended or hangs needs none. */
  destroy(sandbox: Sandbox, grace: Grace): Promise<void>
}

/** What served before; nothing when the deployment was cold. */
interface Replaced {
  readonly former: Sandbox | undefined
}

export interface Fleet {
  /** Takes over a sandbox that runs: from a deploy, or found again after a restart of the engine. */
  adopt(sandbox: Sandbox, temperature: 'hot' | 'frozen'): void
  /** The socket to dial, after thawing or starting as need be. One start serves all that wait. */
  wake(deploymentId: string): Promise<string>
  /**
   * Puts a sandbox that was just started into the place of the one it has, and gives that one back, for the caller to end. Whether it may
   * still be done is asked when its turn comes; when it may not, the new one is ended and nothing is given.
   */
  replace(sandbox: Sandbox, mayStill: () => Promise<boolean>): Promise<Replaced | undefined>
  /**
   * Freezes it once it has finished its work, or ends its sandbox when `keep` says that nobody will miss it. It stays as it is when it is
   * wanted before that. Nothing happens when its sandbox is not the one
   * behind `socket`: it was replaced after it had become idle.
   */
  sleep(deploymentId: string, socket?: string): Promise<void>
  /** Ends a frozen sandbox that `keep` no longer holds; one that runs serves on until it is idle. */
  letGo(deploymentId: string): Promise<void>
  /** Its process ended by itself, or hangs and has to end; gives false when it was the fleet that ended it. `onLost` is called before what is left of it is taken away. */
  lost(deploymentId: string, containerId: string, onLost?: () => void): Promise<boolean>
  destroy(deploymentId: string): Promise<void>
  /** Deployments whose sandbox may be dialled at once. */
  awake(): { deploymentId: string; socket: string }[]
  /** Every deployment's sandboxes, hot or frozen. */
  known(): { deploymentId: string; sockets: string[] }[]
  temperature(deploymentId: string): Temperature
  /** The sandbox that it has at the moment. */
  sandbox(deploymentId: string): Sandbox | undefined
  /** Those that are there, hot or frozen. */
  sandboxes(): Sandbox[]
  /** Seconds until the next start may be tried; 0 for one that does not crash. */
  pauseSeconds(deploymentId: string): number
  /** Stops the timers; sandboxes stay as they are. */
  close(): void
}

export interface FleetOptions {
  readonly actions: SandboxActions
  /** How long a frozen sandbox is kept before it is let go. */
  readonly evictMs: number
  /** Whether a deployment is worth a frozen sandbox: the one in production is, an older one is not. */
  keep(deploymentId: string): boolean
  onProblem(message: string, data: object): void
}

/** Knows which deployment has a sandbox and in what state; operations on one deployment happen one after the other. */
export function createFleet(options: FleetOptions): Fleet {
  const { actions } = options
  const members = new Map<string, Member>()

  const memberOf = (id: string): Member => {
    const known = members.get(id)
    if (known !== undefined) return known
    const fresh = coldMember()
    members.set(id, fresh)
    return fresh
  }
  const inTurn = <T>(id: string, operation: (member: Member) => Promise<T>): Promise<T> => {
    const member = memberOf(id)
    member.busy += 1
    const turn = member.tail
      .then(() => operation(member))
      .finally(() => {
        member.busy -= 1
        if (isForgettable(member)) members.delete(id)
      })
    // The next operation runs whatever became of this one; its caller gets the error.
    member.tail = turn.catch(() => {})
    return turn
  }
  /** The same for what does not wait until a sandbox has finished its work: a sleep before it is given up. */
  const atOnce = <T>(id: string, operation: (member: Member) => Promise<T>): Promise<T> => {
    const member = memberOf(id)
    member.urgent += 1
    member.hurry?.abort()
    return inTurn(id, operation).finally(() => (member.urgent -= 1))
  }
  /** Whether it may be put to sleep, once it has finished its work. */
  const hasSettled = async (member: Member, sandbox: Sandbox): Promise<boolean> => {
    if (member.urgent > 0) return false
    const hurry = new AbortController()
    member.hurry = hurry
    await actions.quiet(sandbox, hurry.signal)
    member.hurry = undefined
    return !hurry.signal.aborted
  }
  /** Until its end succeeds a sandbox stays known, so that the next operation ends it before anything else. */
  const chill = async (member: Member, grace: Grace = 'grace'): Promise<void> => {
    clearTimeout(member.evictTimer)
    member.temperature = 'cold'
    if (member.sandbox !== undefined) await actions.destroy(member.sandbox, grace)
    member.sandbox = undefined
  }
  const cool = (id: string, member: Member): void => {
    clearTimeout(member.evictTimer)
    member.temperature = 'frozen'
    member.evictTimer = setTimeout(() => {
      inTurn(id, async (then) => {
        if (then.temperature === 'frozen') await chill(then)
      }).catch((error: unknown) => options.onProblem('a sandbox could not be let go', { deploymentId: id, error }))
    }, options.evictMs)
    member.evictTimer.unref()
  }
  const heat = async (id: string, member: Member): Promise<string> => {
    clearTimeout(member.evictTimer)
    if (member.sandbox !== undefined && member.temperature === 'hot') return member.sandbox.socket
    if (member.temperature === 'cold') await chill(member)
    if (member.sandbox !== undefined) {
      try {
        await actions.thaw(member.sandbox)
        member.temperature = 'hot'
        return member.sandbox.socket
      } catch (error) {
        options.onProblem('a frozen sandbox could not be thawed and is started anew', { deploymentId: id, error })
        await chill(member)
      }
    }
    const waitMs = member.notBeforeMs - Date.now()
    if (waitMs > 0) {
      throw new MicropushError(
        'start-failed',
        `It crashed ${member.crashes} times in a row; the next try is in ${Math.ceil(waitMs / 1000)} s.`,
      )
    }
    try {
      member.sandbox = await actions.start(id)
    } catch (error) {
      if (asMicropushError(error).fault === 'user') noteCrash(member)
      throw error
    }
    member.temperature = 'hot'
    return member.sandbox.socket
  }

  return {
    adopt(sandbox, temperature) {
      const id = sandbox.deploymentId
      const member = memberOf(id)
      member.sandbox = sandbox
      member.temperature = temperature
      if (temperature === 'frozen') cool(id, member)
    },
    wake: (id) => atOnce(id, (member) => heat(id, member)),
    replace: (sandbox, mayStill) =>
      atOnce(sandbox.deploymentId, async (member) => {
        if (!(await mayStill())) {
          await actions.destroy(sandbox, 'none')
          return undefined
        }
        clearTimeout(member.evictTimer)
        const former = member.sandbox
        Object.assign(member, { sandbox, temperature: 'hot', crashes: 0, notBeforeMs: 0 } satisfies Partial<Member>)
        return { former }
      }),
    sleep: (id, socket) =>
      inTurn(id, async (member) => {
        if (member.sandbox === undefined || member.temperature !== 'hot') return
        if (socket !== undefined && socket !== member.sandbox.socket) return
        if (!(await hasSettled(member, member.sandbox))) return
        if (!options.keep(id)) return chill(member)
        await actions.freeze(member.sandbox)
        cool(id, member)
      }),
    letGo: (id) =>
      inTurn(id, async (member) => {
        if (member.temperature === 'frozen' && !options.keep(id)) await chill(member)
      }),
    lost: (id, containerId, onLost) =>
      atOnce(id, async (member) => {
        if (member.sandbox?.containerId !== containerId || member.temperature === 'cold') return false
        if (wasSteady(member.sandbox)) member.crashes = 0
        noteCrash(member)
        onLost?.()
        await chill(member, 'none')
        return true
      }),
    destroy: (id) =>
      atOnce(id, async (member) => {
        await chill(member)
        // Nothing of it counts any more, so it is forgotten once nobody waits for it.
        member.crashes = 0
      }),
    awake: () =>
      [...members.values()].flatMap(({ sandbox, temperature }) =>
        sandbox !== undefined && temperature === 'hot'
          ? [{ deploymentId: sandbox.deploymentId, socket: sandbox.socket }]
          : [],
      ),
    known: () =>
      [...members.values()].flatMap(({ sandbox, temperature }) =>
        sandbox !== undefined && temperature !== 'cold'
          ? [{ deploymentId: sandbox.deploymentId, sockets: [sandbox.socket] }]
          : [],
      ),
    temperature: (id) => members.get(id)?.temperature ?? 'cold',
    sandbox: (id) => members.get(id)?.sandbox,
    sandboxes: () => [...members.values()].flatMap(({ sandbox }) => (sandbox === undefined ? [] : [sandbox])),
    pauseSeconds: (id) => Math.max(0, Math.ceil(((members.get(id)?.notBeforeMs ?? 0) - Date.now()) / 1000)),
    close() {
      for (const member of members.values()) clearTimeout(member.evictTimer)
    },
  }
}
