import type { Place } from '../findings.ts'

/** A config file as plain values that remember where they stand. Every one carries its place, so that each fault can name it. */
export type Value = Scalar | List | Mapping

export type Scalar = Place &
  (
    | { readonly kind: 'text'; readonly text: string }
    /** Numbers and booleans keep how they were written: `1.10` is a version to a person, whatever number it is. */
    | { readonly kind: 'number'; readonly number: number; readonly text: string }
    | { readonly kind: 'boolean'; readonly text: string }
    | { readonly kind: 'nothing' }
    /** An explicit tag and the like: nothing that a config file needs. */
    | { readonly kind: 'foreign' }
  )

type List = Place & { readonly kind: 'list'; readonly items: readonly Value[] }

export type Mapping = Place & {
  readonly kind: 'mapping'
  /** In the file's order; a key stands here once. */
  readonly entries: ReadonlyMap<string, Value>
}

/** What a value is, in the words of a message. */
export function kindInWords(value: Value): string {
  switch (value.kind) {
    case 'text':
      return value.text === '' ? 'empty' : 'text'
    case 'number':
      return 'a number'
    case 'boolean':
      return 'true or false'
    case 'nothing':
      return 'nothing'
    case 'foreign':
      return 'a tagged value'
    case 'list':
      return 'a list'
    case 'mapping':
      return 'a group of keys'
  }
}
