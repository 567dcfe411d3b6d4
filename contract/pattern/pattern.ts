/** What one step of a pattern looks at: a character, or where in the text it stands. */
export type Atom =
  | {
      readonly kind: 'character'
      readonly matches: (character: string) => boolean
      /** How many comparisons that takes at most. */
      readonly cost: number
      readonly literal?: string
    }
  | { readonly kind: 'start' }
  | { readonly kind: 'end' }

/** A regular expression or a glob as a tree; groups have no captures, because only whether it matches is asked. */
export type Pattern =
  | Atom
  | { readonly kind: 'sequence'; readonly parts: readonly Pattern[] }
  | { readonly kind: 'choice'; readonly options: readonly Pattern[] }
  | { readonly kind: 'repeat'; readonly of: Pattern; readonly least: number; readonly most: number }

/** Why a text is no pattern that we take: its syntax is not known, or it is too large. */
export class PatternError extends Error {}
