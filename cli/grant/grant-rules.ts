import { formatLimit, limitRules, parseLimit } from '../../contract/config/fields/read-limits.ts'
import { scaleBounds } from '../../contract/config/fields/read-scale.ts'
import { NEVER, sleepBounds, writeIdle } from '../../contract/config/fields/read-sleep.ts'
import { limitKeys, type LimitKey } from '../../contract/config/keys.ts'
import { parseDuration } from '../../contract/config/parse-duration.ts'
import type { Grants } from '../../contract/store/repository/grants.ts'

/** What can be granted, by the config's own words. */
export const grantKeys = [...limitKeys, 'sleep', 'scale'] as const

export type GrantKey = (typeof grantKeys)[number]

interface Rule {
  readonly field: keyof Grants
  readonly least: number
  readonly example: string
  /** Undefined for what cannot be read. */
  readonly parse: (text: string) => number | undefined
  readonly format: (amount: number) => string
}

export const grantRules: Readonly<Record<GrantKey, Rule>> = {
  ...(Object.fromEntries(limitKeys.map((key) => [key, ruleOfLimit(key)])) as Record<LimitKey, Rule>),
  sleep: {
    field: 'idleMs',
    least: sleepBounds.after.least,
    example: '12h',
    parse: (text) => (text.toLowerCase() === NEVER ? Infinity : parseDuration(text)),
    format: writeIdle,
  },
  scale: {
    field: 'sandboxes',
    least: scaleBounds.max.least,
    example: '8',
    parse: (text) => (/^\d{1,9}$/.test(text) ? Number(text) : undefined),
    format: String,
  },
}

function ruleOfLimit(key: LimitKey): Rule {
  const { field, least, example } = limitRules[key]
  return { field, least, example, parse: (text) => parseLimit(key, text), format: (amount) => formatLimit(key, amount) }
}
