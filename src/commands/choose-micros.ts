export type MicroChoice =
  | { readonly kind: 'chosen'; readonly names: readonly string[]; readonly commit: string | undefined }
  | { readonly kind: 'none'; readonly words: string }

interface Asked {
  /** What stood behind the command. */
  readonly words: readonly string[]
  /** The micros that there are. */
  readonly names: readonly string[]
}

const COMMIT = /^[0-9a-f]{7,40}$/

/** Which micros, and which commit, are meant: a word that is the name of a micro means that, whatever it looks like. All when none is named. */
export function chooseMicros({ words, names }: Asked): MicroChoice {
  let name: string | undefined
  let commit: string | undefined
  for (const word of words) {
    if (name === undefined && names.includes(word)) name = word
    else if (commit === undefined && COMMIT.test(word)) commit = word
    else return { kind: 'none', words: `There is no micro called ${word}. ${listMicros(names)}` }
  }
  if (names.length === 0) return { kind: 'none', words: 'There is no micro here.' }
  return { kind: 'chosen', names: name === undefined ? names : [name], commit }
}

export function listMicros(names: readonly string[]): string {
  if (names.length === 0) return 'There is none.'
  return names.length === 1 ? `There is ${names.join('')}.` : `There are ${names.join(', ')}.`
}
