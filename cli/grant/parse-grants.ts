import { limitKeys, type LimitKey } from '../../contract/config/keys.ts'
import { nearestKey } from '../../contract/config/nearest-key.ts'
import { formatLimit, limitRules, parseLimit } from '../../contract/config/fields/read-limits.ts'
import type { Limits } from '../../contract/limits.ts'
import { UsageError } from '../usage-error.ts'

/**
 * `timeout=30s memory=1GB` as amounts; `timeout=default` as undefined.
 *
 * @param most of each limit.
 * @throws UsageError naming what cannot be granted.
 */
export function parseGrants(
  args: readonly string[],
  most: Readonly<Record<LimitKey, number>>,
): ReadonlyMap<keyof Limits, number | undefined> {
  const changes = new Map<keyof Limits, number | undefined>()
  for (const arg of args) {
    const [, name = '', text = ''] = /^([^=]+)=(.*)$/.exec(arg) ?? []
    if (name === '') throw new UsageError(`"${arg}" is not of the form limit=amount, such as timeout=30s.`)
    const key = keyOf(name)
    changes.set(limitRules[key].field, text === 'default' ? undefined : amountOf(key, text, most[key]))
  }
  return changes
}

function keyOf(name: string): LimitKey {
  const key = limitKeys.find((known) => known === name)
  if (key !== undefined) return key
  const near = nearestKey(name, limitKeys)
  const hint = near === undefined ? `known are ${limitKeys.join(', ')}` : `did you mean "${near}"?`
  throw new UsageError(`There is no limit "${name}"; ${hint}`)
}

function amountOf(key: LimitKey, text: string, most: number): number {
  const amount = parseLimit(key, text)
  const { least, example } = limitRules[key]
  if (amount === undefined)
    throw new UsageError(`${key}: "${text}" cannot be read; write for example ${key}=${example}`)
  if (amount < least)
    throw new UsageError(`${key}: ${formatLimit(key, amount)} is too little, ${formatLimit(key, least)} is the least.`)
  if (amount > most)
    throw new UsageError(
      `${key}: ${formatLimit(key, amount)} is too much, ${formatLimit(key, most)} is the most on this machine.`,
    )
  return amount
}
