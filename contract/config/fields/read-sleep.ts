import type { Allowance } from '../../allowance.ts'
import type { MicroConfig } from '../../config.ts'
import { kindInWords, type Mapping, type Value } from '../document/tree.ts'
import type { Findings } from '../findings.ts'
import { checkKeys, sleepKeys } from '../keys.ts'
import { nearestKey } from '../nearest-key.ts'
import { writeDuration } from '../parse-duration.ts'
import { quote } from '../quote.ts'
import { readAmount } from './read-amount.ts'
import { readSwitch } from './read-switch.ts'
import { refusal } from './refusal.ts'

const DAY_MS = 24 * 60 * 60 * 1000

export const sleepBounds = {
  /** Below it a micro would be frozen between two requests of one page. */
  after: { unit: 'duration', least: 100, most: 7 * DAY_MS, example: '10m' },
  cold: { unit: 'duration', least: 1000, most: 7 * DAY_MS, example: '24h' },
} as const

/** What keeps a micro awake for good. */
export const NEVER = 'never'

type Sleep = NonNullable<MicroConfig['sleep']>

interface Context {
  readonly findings: Findings
  /** The most that the operator lets it have. */
  readonly allowance: Allowance
  /** `owner/repository`, where it is known: whom to grant more. */
  readonly grantee?: string | undefined
}

/**
 * When a micro sleeps: `never`, a time, or both times by name. `null` is an empty group, for files that have all of it commented out.
 *
 * @returns undefined where the file leaves it to the operator.
 */
export function readSleep(value: Value | undefined, context: Context): Sleep | undefined {
  if (value === undefined || value.kind === 'nothing' || value.kind === 'foreign') return undefined
  if (value.kind === 'mapping') return readGroup(value, context)
  const idleMs = readAfter(value, { ...context, label: 'sleep' })
  return idleMs === undefined ? undefined : { idleMs }
}

function readGroup(group: Mapping, context: Context): Sleep | undefined {
  checkKeys(group, sleepKeys, context.findings)
  const [after, cold] = [group.entries.get('after'), group.entries.get('cold')]
  const idleMs = after === undefined ? undefined : readAfter(after, { ...context, label: 'sleep.after' })
  const coldMs = cold === undefined ? undefined : readCold(cold, context.findings)
  if (cold !== undefined && idleMs === NEVER)
    context.findings.warn(cold, 'sleep.cold means nothing to a micro that never sleeps')
  if (idleMs === undefined && coldMs === undefined) return undefined
  return { ...(idleMs === undefined ? {} : { idleMs }), ...(coldMs === undefined ? {} : { coldMs }) }
}

function readAfter(
  value: Value,
  { label, findings, ...asking }: Context & { readonly label: string },
): Sleep['idleMs'] {
  if (value.kind === 'foreign') return undefined
  const read = parseAfter(value, label)
  const fault = 'fault' in read ? read.fault : faultOfAfter(read, asking)
  if (fault === undefined && 'idleMs' in read) return read.idleMs
  findings.error(value, `${label}: ${fault ?? ''}`)
  return undefined
}

type After = { readonly idleMs: number | typeof NEVER; readonly written: string } | { readonly fault: string }

function parseAfter(value: Value, label: string): After {
  const text = value.kind === 'text' ? value.text.trim() : ''
  if (text.toLowerCase() === NEVER) return { idleMs: NEVER, written: NEVER }
  const flag = readSwitch(value)
  if (flag === false) return { fault: `${said(value)} is not known; write "${NEVER}" to keep it awake` }
  if (flag === true) return { fault: `${said(value)} is not known; write a time such as ${sleepBounds.after.example}` }
  if (nearestKey(text, [NEVER]) !== undefined) return { fault: `${quote(text)} is not known; did you mean "${NEVER}"?` }
  const amount = readAmount(value, sleepBounds.after)
  if (amount.ok) return { idleMs: amount.value, written: amount.written }
  const more = label === 'sleep' ? ', or keys such as "after: 10m"' : ''
  if (value.kind === 'text' || value.kind === 'number')
    return { fault: `${said(value)} is no time; write ${NEVER}, or for example ${sleepBounds.after.example}` }
  return { fault: `must be ${NEVER}, a time such as ${sleepBounds.after.example}${more}, not ${kindInWords(value)}` }
}

function said(value: Value): string {
  return 'text' in value ? quote(value.text) : kindInWords(value)
}

function faultOfAfter(
  { idleMs, written }: Exclude<After, { readonly fault: string }>,
  { allowance, grantee }: Omit<Context, 'findings'>,
): string | undefined {
  const asked = idleMs === NEVER ? Infinity : idleMs
  const { least, most } = sleepBounds.after
  if (asked < least) return `${writeDuration(asked)} is too little, ${writeDuration(least)} is the least`
  if (asked > most && idleMs !== NEVER)
    return `${writeDuration(asked)} is too much, ${writeDuration(most)} is the most; write "${NEVER}" to keep it awake`
  if (asked <= allowance.idleMs) return undefined
  const grant = `sleep=${written.replaceAll(/\s/g, '')}`
  return refusal({ asked: writeIdle(asked), granted: writeIdle(allowance.idleMs), grantee, grant })
}

/** As it is written in a config: a time, or `never` for Infinity. */
export function writeIdle(idleMs: number): string {
  return idleMs === Infinity ? NEVER : writeDuration(idleMs)
}

function readCold(value: Value, findings: Findings): number | undefined {
  if (value.kind === 'foreign') return undefined
  const { least, most } = sleepBounds.cold
  const amount = readAmount(value, sleepBounds.cold)
  const fault = amount.ok ? faultOfCold(amount.value, { least, most }) : amount.fault
  if (amount.ok && fault === undefined) return amount.value
  findings.error(value, `sleep.cold: ${fault ?? ''}`)
  return undefined
}

function faultOfCold(
  asked: number,
  { least, most }: { readonly least: number; readonly most: number },
): string | undefined {
  if (asked > most) return `${writeDuration(asked)} is too much, ${writeDuration(most)} is the most`
  return asked < least ? `${writeDuration(asked)} is too little, ${writeDuration(least)} is the least` : undefined
}
