import { nearestKey } from '../../contract/config/nearest-key.ts'
import type { Grants } from '../../contract/store/repository/grants.ts'
import { UsageError } from '../usage-error.ts'
import { grantKeys, grantRules, type GrantKey } from './grant-rules.ts'

/**
 * `timeout=30s memory=1GB` as amounts; `timeout=default` as undefined.
 *
 * @param most of each.
 * @throws UsageError naming what cannot be granted.
 */
export function parseGrants(
  args: readonly string[],
  most: Readonly<Record<GrantKey, number>>,
): ReadonlyMap<keyof Grants, number | undefined> {
  const changes = new Map<keyof Grants, number | undefined>()
  for (const arg of args) {
    const [, name = '', text = ''] = /^([^=]+)=(.*)$/.exec(arg) ?? []
    if (name === '') throw new UsageError(`"${arg}" is not of the form limit=amount, such as timeout=30s.`)
    const key = keyOf(name)
    changes.set(grantRules[key].field, text === 'default' ? undefined : amountOf(key, text, most[key]))
  }
  return changes
}

function keyOf(name: string): GrantKey {
  const key = grantKeys.find((known) => known === name)
  if (key !== undefined) return key
  const near = nearestKey(name, grantKeys)
  const hint = near === undefined ? `known are ${grantKeys.join(', ')}` : `did you mean "${near}"?`
  throw new UsageError(`There is no limit "${name}"; ${hint}`)
}

function amountOf(key: GrantKey, text: string, most: number): number {
  const { least, example, parse, format } = grantRules[key]
  const amount = parse(text)
  if (amount === undefined)
    throw new UsageError(`${key}: "${text}" cannot be read; write for example ${key}=${example}`)
  if (amount < least) throw new UsageError(`${key}: ${format(amount)} is too little, ${format(least)} is the least.`)
  if (amount > most)
    throw new UsageError(`${key}: ${format(amount)} is too much, ${format(most)} is the most on this machine.`)
  return amount
}
