import type { Value } from '../document/tree.ts'

const words: ReadonlyMap<string, boolean> = new Map([
  ['on', true],
  ['true', true],
  ['yes', true],
  ['off', false],
  ['false', false],
  ['no', false],
])

/** The words that a switch can have; to YAML 1.2 most of them are text, to people they never were. */
export const switchWords = [...words.keys()]

/** What a value says that turns something on or off; undefined when it says neither. */
export function readSwitch(value: Value): boolean | undefined {
  if (value.kind !== 'boolean' && value.kind !== 'text') return undefined
  return words.get(value.text.trim().toLowerCase())
}
