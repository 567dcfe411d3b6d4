import type { Sandbox } from '../sandbox/sandbox.ts'

/** A sandbox that dies this often in a row is given more and more time before it is started again. */
const CRASH_PAUSE_MS = [0, 0, 1000, 5000, 15_000, 60_000] as const
/** A sandbox that lived this long is no longer one of a row of crashes. */
const STEADY_MS = 60_000

export type Temperature = 'hot' | 'frozen' | 'cold'

/** What the fleet knows of one deployment. */
export interface Member {
  sandbox: Sandbox | undefined
  temperature: Temperature
  /** The last of the operations that wait for each other. */
  tail: Promise<unknown>
  crashes: number
  notBeforeMs: number
  evictTimer: NodeJS.Timeout | undefined
  /** Operations that have begun or wait. */
  busy: number
  /** Those of them that a sleep must not keep waiting. */
  urgent: number
  /** Ends the wait of a sleep that has begun. */
  hurry: AbortController | undefined
}

/** One that was never started. */
export function coldMember(): Member {
  return {
    sandbox: undefined,
    temperature: 'cold',
    tail: Promise.resolve(),
    crashes: 0,
    notBeforeMs: 0,
    evictTimer: undefined,
    busy: 0,
    urgent: 0,
    hurry: undefined,
  }
}

/** Whether a member says nothing that a fresh one would not: ids come from a gateway, which strangers talk to. */
export function isForgettable({ sandbox, busy, crashes }: Member): boolean {
  return sandbox === undefined && busy === 0 && crashes === 0
}

/** Each crash in a row keeps the next start away for longer. */
export function noteCrash(member: Member): void {
  member.crashes += 1
  const pause = CRASH_PAUSE_MS[Math.min(member.crashes, CRASH_PAUSE_MS.length - 1)] ?? 0
  member.notBeforeMs = Date.now() + pause
}

/** Whether its end is no longer one of a row of crashes. */
export function wasSteady({ startedAtMs }: Pick<Sandbox, 'startedAtMs'>): boolean {
  return Date.now() - startedAtMs > STEADY_MS
}
