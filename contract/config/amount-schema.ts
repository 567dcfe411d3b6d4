import type { Unit } from './fields/read-amount.ts'

export type Schema = Readonly<Record<string, unknown>>

interface Bounds {
  readonly unit: Unit
  readonly least: number
  readonly most?: number
  readonly example: string
}

/** An amount as JSON Schema: a bare number within its bounds, or text of its form, whose bounds only the parser knows. */
export function amountSchema({ unit, least, most, example }: Bounds): Schema {
  // A bare duration is in seconds, every other bare number in the table's own unit.
  const factor = unit === 'duration' ? 1000 : 1
  const bounds = { minimum: least / factor, ...(most === undefined ? {} : { maximum: most / factor }) }
  return {
    anyOf: [
      { type: unit === 'count' ? 'integer' : 'number', ...bounds },
      { type: 'string', pattern: patterns[unit] },
    ],
    examples: [example],
  }
}

const patterns: Readonly<Record<Unit, string>> = {
  duration: String.raw`^\s*\d{1,12}(\.\d{1,6})? ?(ms|[Ss](ec)?|[Mm](in)?|[Hh]|[Dd])?\s*$`,
  size: String.raw`^\s*\d{1,15}(\.\d{1,6})? ?([KMGTkmgt]?i?[Bb]?|[KMGTkmgt])\s*$`,
  count: String.raw`^\s*\d{1,9}\s*$`,
}
