import type { Findings } from '../findings.ts'
import { kindInWords, type Value } from '../document/tree.ts'
import { quote } from '../quote.ts'
import { readSwitch } from './read-switch.ts'

/** Whether a micro may be woken from its memory on disk; undefined when the file does not say. */
export function readSnapshot(value: Value | undefined, findings: Findings): boolean | undefined {
  if (value === undefined || value.kind === 'foreign') return undefined
  const on = readSwitch(value)
  if (on === undefined) {
    const said = value.kind === 'text' || value.kind === 'number' ? quote(value.text) : kindInWords(value)
    findings.error(value, `snapshot: must be true or false, not ${said}`)
  }
  return on
}
