import { WORDS_WITHIN_LINES, type Finding } from './annotation.ts'

/** esbuild: `✘ [ERROR] Could not resolve "./x"`, and below it, indented, `src/app.js:1:7:` */
const ESBUILD = /^(?:✘ |X |> )?\[ERROR\] (.+)$/
const ESBUILD_PLACE = /^ {4}([^\s:]{1,300}):(\d{1,7}):(\d{1,7}):$/
/** Rollup's, Rolldown's and Vite's: `╭─[ src/app.js:1:7 ]`, below the words; and `file: /app/src/app.js:1:7`. */
const BOX_PLACE = /^\s{0,8}╭─\[ ?([^\s:]{1,300}):(\d{1,7}):(\d{1,7}) ?\]/u
const BOX_WORDS = /^\s{0,4}(?:\[\w+\] )?(?:Error: )?(\S.*)$/
const FILE_PLACE = /^file: ([^\s:]{1,300}):(\d{1,7}):(\d{1,7})$/

/** What esbuild and the bundlers around Rollup found. */
export function findBundlers(lines: readonly string[]): Finding[] {
  const found: Finding[] = []
  let words: { readonly message: string; readonly at: number } | undefined
  for (const [at, line] of lines.entries()) {
    const error = ESBUILD.exec(line)?.[1]
    if (error !== undefined) words = { message: error.replace(/ \[plugin .*\]$/, ''), at }
    const place = ESBUILD_PLACE.exec(line)
    if (place !== null && words !== undefined && at - words.at <= WORDS_WITHIN_LINES) {
      found.push(toFinding(place, words.message))
      words = undefined
    }
    const below = BOX_PLACE.exec(line) ?? FILE_PLACE.exec(line)
    const above = BOX_WORDS.exec(lines[at - 1] ?? '')?.[1]
    if (below !== null && above !== undefined) found.push(toFinding(below, above))
  }
  return found
}

function toFinding([, file, line, column]: readonly string[], message: string): Finding {
  return { file: file ?? '', line: Number(line), column: Number(column), message }
}
