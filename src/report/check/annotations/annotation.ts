/** Something on one line of a file, in the words of a program's output. */
export interface Finding {
  /** As the program names the file. */
  readonly file: string
  readonly line: number
  readonly column?: number
  readonly message: string
}

/** Reads the findings of one program in the lines of a log. In time that grows with the log's length. */
export type Finder = (lines: readonly string[]) => Finding[]

/** How far from the place the words for it are looked for. */
export const WORDS_WITHIN_LINES = 12
