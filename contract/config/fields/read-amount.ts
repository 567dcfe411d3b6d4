import { kindInWords, type Value } from '../document/tree.ts'
import { parseDuration, writeDuration } from '../parse-duration.ts'
import { parseSize, writeSize } from '../parse-size.ts'
import { quote } from '../quote.ts'

export type Unit = 'duration' | 'size' | 'count'

export type Amount =
  | { readonly ok: true; readonly value: number; readonly written: string }
  | { readonly ok: false; readonly fault: string }

/** A time in milliseconds, a size in bytes or a count, with how it was written; or what is wrong with it, in words. */
export function readAmount(value: Value, { unit, example }: { readonly unit: Unit; readonly example: string }): Amount {
  if (value.kind !== 'text' && value.kind !== 'number') {
    return { ok: false, fault: `must be ${nouns[unit]} such as ${example}, not ${kindInWords(value)}` }
  }
  const written = value.kind === 'number' ? plain(value.number) : value.text
  const amount = parseAmount[unit](written)
  if (amount !== undefined) return { ok: true, value: amount, written }
  return { ok: false, fault: `${quote(value.text)} is not ${nouns[unit]}; write for example ${example}` }
}

const nouns: Readonly<Record<Unit, string>> = { duration: 'a time', size: 'a size', count: 'a whole number' }

/** An amount as a person writes it; undefined when it is none. */
export const parseAmount: Readonly<Record<Unit, (text: string) => number | undefined>> = {
  duration: parseDuration,
  size: parseSize,
  count: (text) => (/^\d{1,9}$/.test(text.trim()) ? Number(text) : undefined),
}

export const writeAmount: Readonly<Record<Unit, (amount: number) => string>> = {
  duration: writeDuration,
  size: writeSize,
  count: String,
}

/** A number of YAML (`0x10`, `1e3`) in plain digits. */
function plain(number: number): string {
  return Number.isFinite(number) && Math.abs(number) < 1e15 ? String(number) : 'NaN'
}
