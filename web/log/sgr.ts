import { flags, palette, plainPen, rgb, type Pen } from './pen.ts'

/**
 * The pen after one SGR sequence (ECMA-48, 8.3.117), given what stands between `ESC [` and `m`. Extended colours are understood with
 * semicolons, as xterm takes them, and with colons, as ITU-T T.416 writes them. What is unknown changes nothing.
 */
export function applySgr(pen: Pen, parameters: string): Pen {
  const groups = parameters.split(';')
  let next = pen
  for (let at = 0; at < groups.length; at += 1) {
    const group = groups[at] ?? ''
    const [code = 0, ...sub] = group.split(':').map(Number)
    if (code !== 38 && code !== 48) {
      next = applyCode(next, code, sub[0])
      continue
    }
    const isColon = sub.length > 0
    const rest = isColon ? sub : groups.slice(at + 1, at + 5).map(Number)
    const { colour, taken } = extendedColour(rest, isColon)
    if (!isColon) at += taken
    if (colour !== undefined) next = code === 38 ? { ...next, fg: colour } : { ...next, bg: colour }
  }
  return next
}

function applyCode(pen: Pen, code: number, sub: number | undefined): Pen {
  if (code >= 30 && code <= 37) return { ...pen, fg: palette(code - 30) }
  if (code >= 90 && code <= 97) return { ...pen, fg: palette(code - 90 + 8) }
  if (code >= 40 && code <= 47) return { ...pen, bg: palette(code - 40) }
  if (code >= 100 && code <= 107) return { ...pen, bg: palette(code - 100 + 8) }
  switch (code) {
    case 0:
      return plainPen
    case 39:
      return { ...pen, fg: 0 }
    case 49:
      return { ...pen, bg: 0 }
  }
  // No underline is written as a kind of it.
  const added = code === 4 && sub === 0 ? 0 : (turnedOn.get(code) ?? 0)
  const removed = code === 4 && sub === 0 ? flags.underline : (turnedOff.get(code) ?? 0)
  return added === 0 && removed === 0 ? pen : { ...pen, flags: (pen.flags | added) & ~removed }
}

const turnedOn: ReadonlyMap<number, number> = new Map([
  [1, flags.bold],
  [2, flags.dim],
  [3, flags.italic],
  [4, flags.underline],
  [7, flags.reverse],
  [9, flags.strike],
  [21, flags.underline],
])

const turnedOff: ReadonlyMap<number, number> = new Map([
  [22, flags.bold | flags.dim],
  [23, flags.italic],
  [24, flags.underline],
  [27, flags.reverse],
  [29, flags.strike],
])

/** `5;n` or `2;r;g;b`; with colons there may be a colour space before the red. */
function extendedColour(
  rest: readonly number[],
  isColon: boolean,
): { readonly colour: number | undefined; readonly taken: number } {
  const [kind, ...values] = rest
  if (kind === 5) return { colour: isByte(values[0]) ? palette(values[0]) : undefined, taken: 2 }
  if (kind !== 2) return { colour: undefined, taken: 1 }
  const [red, green, blue] = isColon && values.length > 3 ? values.slice(1) : values
  const isColour = isByte(red) && isByte(green) && isByte(blue)
  return { colour: isColour ? rgb(red, green, blue) : undefined, taken: 4 }
}

function isByte(value: number | undefined): value is number {
  return value !== undefined && Number.isInteger(value) && value >= 0 && value <= 255
}
