import { PatternError, type Pattern } from './pattern.ts'

/** Steps that all patterns of a file may take together, so that strangers' expressions cannot hold us up. */
export interface StepBudget {
  left: number
}

/** Whether a pattern matches anywhere in a text; `budget` is charged for it, and below zero the answer is worth nothing. */
export type Matcher = (text: string, budget: StepBudget) => boolean

const MOST_INSTRUCTIONS = 5000
/** To begin a search costs a step for so many instructions, though none of them is looked at. */
const INSTRUCTIONS_A_STEP = 64

type Instruction =
  | { readonly kind: 'character'; readonly matches: (character: string) => boolean; readonly cost: number }
  | { readonly kind: 'start' | 'end' }
  /** Goes on in two places. */
  | { readonly kind: 'split'; first: number; second: number }
  | { readonly kind: 'jump'; to: number }
  | { readonly kind: 'found' }

/**
 * A pattern as a function whose time grows with the length of text and pattern, and no faster: it follows all ways through the
 * pattern at once and never goes back (Thompson's simulation; https://swtch.com/~rsc/regexp/regexp1.html).
 *
 * @throws PatternError when it would take too much space.
 */
export function compilePattern(pattern: Pattern): Matcher {
  const literal = literalOf(pattern)
  if (literal !== undefined) {
    return (path, budget) => {
      budget.left -= 1 + path.length / 8
      return path.includes(literal)
    }
  }
  const program: Instruction[] = []
  emit(pattern, program)
  program.push({ kind: 'found' })
  return (path, budget) => budget.left >= 0 && search(program, Array.from(path), budget)
}

/** Most lines are names and nothing else. */
function literalOf(pattern: Pattern): string | undefined {
  const parts = pattern.kind === 'sequence' ? pattern.parts : [pattern]
  const characters = parts.map((part) => (part.kind === 'character' ? part.literal : undefined))
  return characters.every((one) => one !== undefined) ? characters.join('') : undefined
}

function emit(pattern: Pattern, program: Instruction[]): void {
  if (program.length > MOST_INSTRUCTIONS) throw new PatternError('it says too much in too little space')
  switch (pattern.kind) {
    case 'sequence':
      for (const part of pattern.parts) emit(part, program)
      return
    case 'choice':
      return emitChoice(pattern.options, program)
    case 'repeat':
      return emitRepeat(pattern, program)
    case 'character':
    case 'start':
    case 'end':
      program.push(pattern)
  }
}

function emitChoice(options: readonly Pattern[], program: Instruction[]): void {
  const jumps: { kind: 'jump'; to: number }[] = []
  for (const [index, option] of options.entries()) {
    const last = index === options.length - 1
    const split = { kind: 'split' as const, first: program.length + 1, second: 0 }
    if (!last) program.push(split)
    emit(option, program)
    if (last) break
    const jump = { kind: 'jump' as const, to: 0 }
    jumps.push(jump)
    program.push(jump)
    split.second = program.length
  }
  for (const jump of jumps) jump.to = program.length
}

function emitRepeat({ of, least, most }: Extract<Pattern, { kind: 'repeat' }>, program: Instruction[]): void {
  for (let n = 0; n < least; n++) {
    const before = program.length
    emit(of, program)
    // Nothing, however often, is nothing; groups of it in groups of it would be repeated for ever.
    if (program.length === before) break
  }
  const splits: { kind: 'split'; first: number; second: number }[] = []
  for (let n = least; n < (most === Infinity ? least + 1 : most); n++) {
    const split = { kind: 'split' as const, first: program.length + 1, second: 0 }
    splits.push(split)
    const at = program.push(split) - 1
    emit(of, program)
    if (most === Infinity) program.push({ kind: 'jump', to: at })
  }
  for (const split of splits) split.second = program.length
}

function search(program: readonly Instruction[], text: readonly string[], budget: StepBudget): boolean {
  budget.left -= program.length / INSTRUCTIONS_A_STEP
  const seen = new Int32Array(program.length).fill(-1)
  const onlyFromStart = program[0]?.kind === 'start'
  let current: number[] = []
  for (let at = 0; at <= text.length; at++) {
    const following: number[] = []
    if (onlyFromStart && at > 0 && current.length === 0) return false
    // A match may begin anywhere, unless the pattern says where.
    const reached = onlyFromStart && at > 0 ? current : [...current, 0]
    const waiting: number[] = []
    while (reached.length > 0) {
      const index = reached.pop() ?? 0
      if (seen[index] === at) continue
      seen[index] = at
      budget.left -= 1
      const instruction = program[index]
      if (instruction === undefined) continue
      if (instruction.kind === 'found') return true
      if (instruction.kind === 'character') waiting.push(index)
      else if (instruction.kind === 'jump') reached.push(instruction.to)
      else if (instruction.kind === 'split') reached.push(instruction.first, instruction.second)
      else if (at === (instruction.kind === 'start' ? 0 : text.length)) reached.push(index + 1)
    }
    if (budget.left < 0) return false
    const character = text[at]
    if (character === undefined) return false
    for (const index of waiting) {
      const instruction = program[index]
      if (instruction?.kind !== 'character') continue
      budget.left -= instruction.cost
      if (instruction.matches(character)) following.push(index + 1)
    }
    current = following
  }
  return false
}
