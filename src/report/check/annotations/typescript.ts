import type { Finding } from './annotation.ts'

/** `src/app.ts(3,1): error TS1005: '}' expected.`, and the same as tsc writes it for people: `src/app.ts:3:1 - error TS1005: …` */
const PLAIN = /^([^\s()]{1,300})\((\d{1,7}),(\d{1,7})\): error (TS\d{1,6}: .*)$/
const PRETTY = /^([^\s:]{1,300}):(\d{1,7}):(\d{1,7}) - error (TS\d{1,6}: .*)$/

/** What the TypeScript compiler found. */
export function findTypeScript(lines: readonly string[]): Finding[] {
  return lines.flatMap((line) => {
    const [, file, at, column, message] = PLAIN.exec(line) ?? PRETTY.exec(line) ?? []
    if (file === undefined || message === undefined) return []
    return [{ file, line: Number(at), column: Number(column), message }]
  })
}
