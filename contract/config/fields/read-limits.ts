import type { Limits } from '../../limits.ts'
import type { Findings } from '../findings.ts'
import { checkKeys, limitKeys, type LimitKey } from '../keys.ts'
import { kindInWords, type Value } from '../document/tree.ts'
import { parseAmount, readAmount, writeAmount, type Unit } from './read-amount.ts'
import { refusal } from './refusal.ts'

const KB = 1024
const MB = 1024 * KB

interface Rule {
  readonly field: keyof Limits
  readonly unit: Unit
  /** Below it no micro can start or answer. */
  readonly least: number
  readonly example: string
}

export const limitRules: Readonly<Record<LimitKey, Rule>> = {
  timeout: { field: 'timeoutMs', unit: 'duration', least: 100, example: '10s' },
  memory: { field: 'memoryBytes', unit: 'size', least: 16 * MB, example: '512MB' },
  tmp: { field: 'tmpBytes', unit: 'size', least: 1 * MB, example: '512MB' },
  /** Node alone needs a dozen threads. */
  processes: { field: 'processes', unit: 'count', least: 32, example: '1024' },
  payload: { field: 'payloadBytes', unit: 'size', least: 1 * KB, example: '5.5MB' },
  source: { field: 'sourceBytes', unit: 'size', least: 1 * KB, example: '250MB' },
  dependencies: { field: 'dependencyBytes', unit: 'size', least: 1 * KB, example: '250MB' },
}

interface Context {
  readonly findings: Findings
  /** What a micro gets that asks for nothing. */
  readonly usual: Limits
  /** The most that the operator lets it have. */
  readonly granted: Limits
  /** `owner/repository`, where it is known: whom to grant more. */
  readonly grantee?: string | undefined
}

/** An amount of a limit as a person writes it; undefined when it is none. */
export function parseLimit(key: LimitKey, text: string): number | undefined {
  return parseAmount[limitRules[key].unit](text)
}

export function formatLimit(key: LimitKey, amount: number): string {
  return writeAmount[limitRules[key].unit](amount)
}

/** The limits of one micro, complete: what the file asks for, else the usual; never more than was granted. */
export function readLimits(value: Value | undefined, { findings, usual, granted, grantee }: Context): Limits {
  const limits: Record<keyof Limits, number> = { ...usual }
  for (const { field } of Object.values(limitRules)) limits[field] = Math.min(usual[field], granted[field])
  if (value === undefined || value.kind === 'nothing' || value.kind === 'foreign') return limits
  if (value.kind !== 'mapping') {
    findings.error(value, `limits: must be keys with values, such as "timeout: 10s", not ${kindInWords(value)}`)
    return limits
  }
  checkKeys(value, limitKeys, findings)
  for (const key of limitKeys) {
    const asked = value.entries.get(key)
    if (asked === undefined || asked.kind === 'foreign') continue
    const amount = readAmount(asked, limitRules[key])
    const fault = amount.ok ? faultOf(key, { ...amount, granted, grantee }) : amount.fault
    if (fault !== undefined) findings.error(asked, `limits.${key}: ${fault}`)
    else if (amount.ok) limits[limitRules[key].field] = amount.value
  }
  return limits
}

interface Asked extends Pick<Context, 'granted' | 'grantee'> {
  readonly value: number
  readonly written: string
}

function faultOf(key: LimitKey, { value: asked, written, granted, grantee }: Asked): string | undefined {
  const { field, unit, least } = limitRules[key]
  const format = writeAmount[unit]
  if (asked < least) {
    const meant = unit === 'size' && asked > 0 && asked < KB ? `; did you mean ${asked}MB?` : ''
    return `${format(asked)} is too little, ${format(least)} is the least${meant}`
  }
  if (asked <= granted[field]) return undefined
  const grant = `${key}=${written.replaceAll(/\s/g, '')}`
  return refusal({ asked: format(asked), granted: format(granted[field]), grantee, grant })
}
