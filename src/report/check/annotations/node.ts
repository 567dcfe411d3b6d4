import { WORDS_WITHIN_LINES, type Finding } from './annotation.ts'

/**
 * `/app/index.js:3` or `file:///app/index.mjs:3` alone on a line: what Node.js prints before the line at fault and its words. Our loader
 * names files as in the repository.
 */
const PLACE = /^((?:file:\/\/)?[^\s:()]{1,300}\.[cm]?[jt]sx?):(\d{1,7})$/
const STACK = /^\s{4}at (?:.{0,300} \()?((?:file:\/\/)?[^\s:()]{1,300}\.[cm]?[jt]sx?):(\d{1,7}):(\d{1,7})\)?$/
/** `TypeError: boom`, `Error [ERR_MODULE_NOT_FOUND]: …`. */
const WORDS = /^(?:Uncaught )?([A-Z]\w{0,60}(?: \[\w{1,60}\])?: .+)$/

/** Errors of Node.js: where it could not read a file, or the topmost line of the app in the stack of what was thrown. */
export function findNode(lines: readonly string[]): Finding[] {
  const found: Finding[] = []
  for (const [at, line] of lines.entries()) {
    const message = WORDS.exec(line)?.[1]
    if (message === undefined) continue
    const place = placeAbove(lines, at) ?? placeBelow(lines, at)
    if (place !== undefined) found.push({ ...place, message })
  }
  return found
}

type Place = Omit<Finding, 'message'>

function placeAbove(lines: readonly string[], at: number): Place | undefined {
  for (let i = at - 1; i >= Math.max(0, at - WORDS_WITHIN_LINES); i -= 1) {
    const [, file, line] = PLACE.exec(lines[i] ?? '') ?? []
    if (file !== undefined) return isOfApp(file) ? { file, line: Number(line) } : undefined
  }
  return undefined
}

function placeBelow(lines: readonly string[], at: number): Place | undefined {
  for (let i = at + 1; i <= Math.min(lines.length - 1, at + WORDS_WITHIN_LINES); i += 1) {
    const text = lines[i] ?? ''
    const [, file, line, column] = STACK.exec(text) ?? []
    if (file !== undefined && !file.includes('/node_modules/'))
      return { file, line: Number(line), column: Number(column) }
    if (WORDS.test(text)) return undefined
  }
  return undefined
}

/** Neither a library's nor the runtime's own. */
function isOfApp(file: string): boolean {
  const path = file.replace(/^file:\/\//, '')
  return (!path.startsWith('/') || path.startsWith('/app/')) && !/(?:^|\/)node_modules\//.test(path)
}
