import { escapeHtml } from '../escape.ts'
import { colourOf, flags, type Colour, type Pen } from './pen.ts'
import type { Run } from './row-buffer.ts'

/** A row's characters alone. */
export function rowText(runs: readonly Run[]): string {
  return runs.map(({ text }) => text).join('')
}

/** A row as HTML, in the classes of `logStyle`. */
export function rowHtml(runs: readonly Run[]): string {
  return runs.map(runHtml).join('')
}

function runHtml({ text, pen }: Run): string {
  const escaped = escapeHtml(text)
  if (pen.fg === 0 && pen.bg === 0 && pen.flags === 0) return escaped
  const look = lookOf(pen)
  const style = look.style.length === 0 ? '' : ` style="${look.style.join(';')}"`
  return `<span class="${look.classes.join(' ')}"${style}>${escaped}</span>`
}

interface Look {
  readonly classes: string[]
  readonly style: string[]
}

function lookOf(pen: Pen): Look {
  const look: Look = { classes: flagClasses(pen.flags), style: [] }
  const isReverse = (pen.flags & flags.reverse) !== 0
  const [front, back] = isReverse ? [pen.bg, pen.fg] : [pen.fg, pen.bg]
  if (isReverse && back === 0) look.classes.push('rb')
  else paintBack(look, colourOf(back))
  if (isReverse && front === 0) look.classes.push('rf')
  else paintFront(look, colourOf(front), back !== 0 || isReverse)
  return look
}

function flagClasses(bits: number): string[] {
  const names = [
    [flags.bold, 'b'],
    [flags.dim, 'd'],
    [flags.italic, 'i'],
    [flags.underline, 'u'],
    [flags.strike, 's'],
  ] as const
  const lines = (bits & flags.underline) !== 0 && (bits & flags.strike) !== 0 ? ['us'] : []
  return [...names.filter(([bit]) => (bits & bit) !== 0).map(([, name]) => name), ...lines]
}

/** An exact colour on our own ground is kept from vanishing in it: `--c` is made lighter or darker; on a ground of its own it is as it is. */
function paintFront({ classes, style }: Look, colour: Colour, isOnGround: boolean): void {
  if (colour.kind === 'named') classes.push(`f${colour.index}`)
  if (colour.kind !== 'exact') return
  if (isOnGround) style.push(`color:${hex(colour)}`)
  else {
    classes.push('c')
    style.push(`--c:${hex(colour)}`)
  }
}

function paintBack({ classes, style }: Look, colour: Colour): void {
  if (colour.kind === 'named') classes.push(`g${colour.index}`)
  if (colour.kind !== 'exact') return
  classes.push(isLight(colour) ? 'gl' : 'gd')
  style.push(`background:${hex(colour)}`)
}

function isLight({ red, green, blue }: Exact): boolean {
  return 0.299 * red + 0.587 * green + 0.114 * blue > 128
}

type Exact = Extract<Colour, { kind: 'exact' }>

function hex({ red, green, blue }: Exact): string {
  return `#${((red << 16) | (green << 8) | blue).toString(16).padStart(6, '0')}`
}
