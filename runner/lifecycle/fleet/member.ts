import type { Temperature } from '../../../contract/sandbox-state.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'

/** What the fleet knows of one deployment. */
export interface Member {
  readonly id: string
  /** Those that gateways may be told of: all hot, or one that is frozen. The first serves for as long as there is any. */
  sandboxes: Sandbox[]
  temperature: Temperature
  /** When it came to be so, in ms. */
  sinceMs: number
  /** Sandboxes that get no new requests and finish what they have. */
  readonly leaving: Map<Sandbox, Leaving>
  /** Sandboxes that could not be ended yet. */
  debris: Sandbox[]
  /** What each gateway has in hand; of those that may have several sandboxes. */
  readonly loads: Map<object, number>
  /** Whether another sandbox is being started because of the load. */
  growing: boolean
  /** After one that could not be had. */
  growNotBeforeMs: number
  /** The last of the operations that wait for each other. */
  tail: Promise<unknown>
  /** Operations that have begun or wait. */
  busy: number
  /** Those of them that nothing must keep waiting. */
  urgent: number
  /** Ends the wait of an operation that has begun. */
  hurry: AbortController | undefined
  crashes: number
  notBeforeMs: number
  readonly timers: Partial<Record<MemberTimer, NodeJS.Timeout>>
}

/** `cold`: a frozen one is due to be let go. `sleep`: freezing is tried again. `scale`: the number of sandboxes is looked at. */
type MemberTimer = 'cold' | 'sleep' | 'scale'

interface Leaving {
  readonly stop: AbortController
  readonly ended: Promise<void>
}

/** One that was never started. */
export function coldMember(id: string): Member {
  return {
    id,
    sandboxes: [],
    temperature: 'cold',
    sinceMs: Date.now(),
    leaving: new Map(),
    debris: [],
    loads: new Map(),
    growing: false,
    growNotBeforeMs: 0,
    tail: Promise.resolve(),
    busy: 0,
    urgent: 0,
    hurry: undefined,
    crashes: 0,
    notBeforeMs: 0,
    timers: {},
  }
}

/** Whether a member says nothing that a fresh one would not: ids come from a gateway, which strangers talk to. */
export function isForgettable({ sandboxes, leaving, debris, busy, crashes, growing }: Member): boolean {
  return sandboxes.length + leaving.size + debris.length === 0 && busy === 0 && crashes === 0 && !growing
}

/** In place of the timer of that kind, which is ended. It does not keep the process. */
export function setTimer(
  member: Member,
  kind: MemberTimer,
  of: { readonly ms: number; readonly due: () => void },
): void {
  clearTimer(member, kind)
  const timer = setTimeout(() => {
    delete member.timers[kind]
    of.due()
  }, of.ms)
  timer.unref()
  member.timers[kind] = timer
}

export function clearTimer(member: Member, kind: MemberTimer): void {
  clearTimeout(member.timers[kind])
  delete member.timers[kind]
}

export function clearTimers(member: Member): void {
  for (const kind of ['cold', 'sleep', 'scale'] as const) clearTimer(member, kind)
}

/** How long it has been in its state, in ms. */
export function msIn({ sinceMs }: Member): number {
  return Date.now() - sinceMs
}

export function moveTo(member: Member, temperature: Temperature): void {
  member.temperature = temperature
  member.sinceMs = Date.now()
}
