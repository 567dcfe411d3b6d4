import { MicropushError } from '../../../contract/errors.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { Member } from './member.ts'

/** A sandbox that dies this often in a row is given more and more time before it is started again. */
const CRASH_PAUSE_MS = [0, 0, 1000, 5000, 15_000, 60_000] as const
/** A sandbox that lived this long is no longer one of a row of crashes. */
const STEADY_MS = 60_000

type Row = Pick<Member, 'crashes' | 'notBeforeMs'>

/** Each crash in a row keeps the next start away for longer; a sandbox that ran for long begins a new row. */
export function noteCrash(row: Row, of?: Pick<Sandbox, 'startedAtMs'>): void {
  if (of !== undefined && Date.now() - of.startedAtMs > STEADY_MS) row.crashes = 0
  row.crashes += 1
  const pause = CRASH_PAUSE_MS[Math.min(row.crashes, CRASH_PAUSE_MS.length - 1)] ?? 0
  row.notBeforeMs = Date.now() + pause
}

/** How long it is until the next start may be tried. */
export function pauseMs({ notBeforeMs }: Row): number {
  return Math.max(0, notBeforeMs - Date.now())
}

/** @throws MicropushError `start-failed` while it is paused. */
export function assertNotPaused(row: Row): void {
  const waitMs = pauseMs(row)
  if (waitMs === 0) return
  throw new MicropushError(
    'start-failed',
    `It crashed ${row.crashes} times in a row; the next try is in ${Math.ceil(waitMs / 1000)} s.`,
  )
}
