import type { Findings } from '../findings.ts'
import { quote } from '../quote.ts'
import { MOST_ENV_BYTES, readEnv } from '../fields/read-env.ts'
import type { Mapping, Value } from '../document/tree.ts'
import { groupsOf, textOf } from './lenient-values.ts'
import type { LegacyContext } from './plain-micro.ts'

/** What the two formats call the parts of a variable; a deta.json may have the other's word for its value. */
interface Words {
  readonly name: 'key' | 'name'
  readonly value: readonly ('value' | 'default')[]
}

/**
 * The variables that such a file has values for. One that must have a value and has none is named with the command that sets it.
 *
 * @param micro the micro's name, when the repository has several.
 */
export function readPresets(
  list: Value | undefined,
  { words, micro, ...context }: LegacyContext & { readonly words: Words; readonly micro?: string },
): Record<string, string> {
  const { findings } = context
  const values = new Map<string, Value>()
  for (const one of groupsOf(list, 'env', context)) {
    const name = textOf(one, words.name, context)
    const value = words.value.map((word) => one.entries.get(word)).find((found) => !isEmpty(found))
    if (name === undefined) findings.warn(one, `env: a variable without its ${quote(words.name)} is ignored`)
    else if (value !== undefined) values.set(name, value)
    else if (!isOptional(one)) {
      const of = `${context.owner}/${context.repository}${micro === undefined ? '' : `/${micro}`}`
      const command = `micropush secrets set ${of} ${name}`
      findings.warn(one, `env: ${quote(name)} has no value; the operator sets it with: ${command}`)
    }
  }
  const group: Mapping = { path: 'env', at: list?.at ?? { line: 1, column: 1 }, kind: 'mapping', entries: values }
  return withinBounds(Object.fromEntries(readEnv(group, findings)), group, findings)
}

function isEmpty(value: Value | undefined): boolean {
  return value === undefined || value.kind === 'nothing' || (value.kind === 'text' && value.text.trim() === '')
}

function isOptional(one: Mapping): boolean {
  const required = one.entries.get('required')
  return (required?.kind === 'boolean' || required?.kind === 'text') && /^(?:false|no)$/i.test(required.text.trim())
}

/** A file of 64 KB may repeat a part of itself by aliases. */
function withinBounds(env: Record<string, string>, group: Mapping, findings: Findings): Record<string, string> {
  if (Buffer.byteLength(Object.entries(env).flat().join('')) <= MOST_ENV_BYTES) return env
  findings.warn(group, 'env: all names and values together exceed 64 KB; none is set')
  return {}
}
