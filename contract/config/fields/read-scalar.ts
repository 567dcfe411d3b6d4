import type { Findings } from '../findings.ts'
import { quote } from '../quote.ts'
import { kindInWords, type Value } from '../document/tree.ts'

/**
 * The text of a field, trimmed of nothing. Numbers are refused rather than turned into text, because `1.10` would lose its zero.
 *
 * @returns undefined when it is absent or no usable text; the findings have the latter.
 */
export function readText(
  value: Value | undefined,
  { label, findings, most }: { readonly label: string; readonly findings: Findings; readonly most: number },
): string | undefined {
  if (value === undefined || value.kind === 'foreign') return undefined
  const fault = faultOf(value, most)
  if (fault === undefined && value.kind === 'text') return value.text
  findings.error(value, `${label}: ${fault ?? 'must be text'}`)
  return undefined
}

function faultOf(value: Value, most: number): string | undefined {
  switch (value.kind) {
    case 'text':
      return faultOfText(value.text, most)
    case 'number':
    case 'boolean':
      return `must be text; put it in quotes: ${quote(value.text)}`
    case 'nothing':
      return 'has no value; give it one or remove the line'
    case 'list':
    case 'mapping':
    case 'foreign':
      return `must be text, not ${kindInWords(value)}`
  }
}

/** Why no process can be given this text, or no file be called so. */
function faultOfText(text: string, most: number): string | undefined {
  if (text.trim() === '') return 'is empty; give it a value or remove the line'
  if (text.includes('\0')) return 'holds a NUL character'
  if (!text.isWellFormed()) return 'holds half of a surrogate pair, which is no character'
  if (Buffer.byteLength(text) > most) return `is longer than ${most} bytes`
  return undefined
}
