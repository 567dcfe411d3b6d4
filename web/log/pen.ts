/** How characters look: what the last SGR sequences set. A colour is a number, see `palette` and `rgb`. */
export interface Pen {
  readonly fg: number
  readonly bg: number
  /** Bits of `flags`. */
  readonly flags: number
}

export const flags = { bold: 1, dim: 2, italic: 4, underline: 8, reverse: 16, strike: 32 } as const

export const plainPen: Pen = { fg: 0, bg: 0, flags: 0 }

const RGB = 0x100_0000

/** One of the 256 colours that have a number; 0 stands for no colour of its own. */
export function palette(index: number): number {
  return index + 1
}

export function rgb(red: number, green: number, blue: number): number {
  return RGB | (red << 16) | (green << 8) | blue
}

export type Colour =
  | { readonly kind: 'default' }
  /** One of the sixteen whose look is up to the theme. */
  | { readonly kind: 'named'; readonly index: number }
  | { readonly kind: 'exact'; readonly red: number; readonly green: number; readonly blue: number }

/** What a colour's number means. The levels of the cube are xterm's, which all terminals took over: 0, 95, 135, 175, 215, 255. */
export function colourOf(colour: number): Colour {
  if (colour === 0) return { kind: 'default' }
  if (colour >= RGB) return exact((colour >> 16) & 0xff, (colour >> 8) & 0xff, colour & 0xff)
  const index = colour - 1
  if (index < 16) return { kind: 'named', index }
  if (index >= 232) {
    const grey = 8 + 10 * (index - 232)
    return exact(grey, grey, grey)
  }
  const cube = index - 16
  return exact(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6))
}

function exact(red: number, green: number, blue: number): Colour {
  return { kind: 'exact', red, green, blue }
}

function level(step: number): number {
  return step === 0 ? 0 : 55 + 40 * step
}
