/** Shorter ones stand in too many innocent words. */
const LEAST_CHARACTERS = 6
const MASKED = '***'
/** Texts are told apart by their first three characters before they are compared: 16 bits of those. */
const MARKS = 0x1_0000

/** Puts asterisks into the place of secret values, for what an app writes. */
export type Mask = (text: string) => string

export const noMask: Mask = (text) => text

/**
 * A mask for these values. Output is looked at line by line, so each line of a value that has several is masked too. It finds values as
 * they are: what an app encodes, or tears apart, before it prints is not found.
 *
 * A regular expression of all values would be shorter, but there is a size past which none is made, and the error for that holds its text.
 */
export function createMask(values: readonly string[]): Mask {
  const parts = values.flatMap((value) => [value, ...value.split(/\r?\n/).map((line) => line.trim())])
  // The longest first: a value may be a part of another one.
  const wanted = [...new Set(parts)]
    .filter((part) => part.length >= LEAST_CHARACTERS)
    .toSorted((a, b) => b.length - a.length)
  if (wanted.length === 0) return noMask
  const marks = new Uint8Array(MARKS)
  for (const part of wanted) marks[markOf(part, 0)] = 1
  const byBeginning = Map.groupBy(wanted, (part) => part.slice(0, LEAST_CHARACTERS))
  const find = (text: string, at: number): string | undefined =>
    marks[markOf(text, at)] === 1
      ? byBeginning.get(text.slice(at, at + LEAST_CHARACTERS))?.find((part) => text.startsWith(part, at))
      : undefined
  return (text) => replaceFound(text, find)
}

/** Each place where `find` names what begins there, in asterisks, from the left. */
function replaceFound(text: string, find: (text: string, at: number) => string | undefined): string {
  let masked = ''
  let from = 0
  for (let at = 0; at + LEAST_CHARACTERS <= text.length; at += 1) {
    const found = find(text, at)
    if (found === undefined) continue
    masked += text.slice(from, at) + MASKED
    from = at + found.length
    at = from - 1
  }
  return from === 0 ? text : masked + text.slice(from)
}

function markOf(text: string, at: number): number {
  return (text.charCodeAt(at) ^ (text.charCodeAt(at + 1) << 4) ^ (text.charCodeAt(at + 2) << 8)) & (MARKS - 1)
}
