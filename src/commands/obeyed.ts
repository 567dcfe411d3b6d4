import type { CommandJob } from '../../contract/jobs/command.ts'

export type Command = CommandJob

/** How a command ended. */
export type Obeyed =
  | { readonly kind: 'done' }
  /** It cannot be done; `words` is for who asked, `output` is what strangers' code said of it. */
  | { readonly kind: 'refused'; readonly words: string; readonly output?: string }
  /** It was begun, and is to be looked at again. */
  | { readonly kind: 'later' }

export function refused(words: string): Obeyed & { kind: 'refused' } {
  return { kind: 'refused', words }
}

/** How a command for several micros ended. */
export function together(all: readonly Obeyed[]): Obeyed {
  if (all.some(({ kind }) => kind === 'later')) return { kind: 'later' }
  const no = all.flatMap((one) => (one.kind === 'refused' ? [one] : []))
  const [first] = no
  if (first === undefined) return { kind: 'done' }
  const output = no.flatMap((one) => one.output ?? []).join('\n')
  const words = no.map((one) => one.words).join(' ')
  return output === '' ? refused(words) : { kind: 'refused', words, output }
}
