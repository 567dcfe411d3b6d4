/** Shorter ones stand in too many innocent words. */
const LEAST_CHARACTERS = 6
const MASKED = '***'

/** Puts asterisks into the place of secret values, for what an app writes. */
export type Mask = (text: string) => string

export const noMask: Mask = (text) => text

/**
 * A mask for these values. Output is looked at line by line, so each line of a value that has several is masked too. It finds values as
 * they are: what an app encodes, or tears apart, before it prints is not found.
 */
export function createMask(values: readonly string[]): Mask {
  const parts = values.flatMap((value) => [value, ...value.split(/\r?\n/).map((line) => line.trim())])
  // The longest first: a value may be a part of another one.
  const wanted = [...new Set(parts)].filter((part) => part.length >= LEAST_CHARACTERS)
  if (wanted.length === 0) return noMask
  const pattern = new RegExp(
    wanted
      .toSorted((a, b) => b.length - a.length)
      .map(escapePattern)
      .join('|'),
    'g',
  )
  return (text) => text.replace(pattern, MASKED)
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`)
}
