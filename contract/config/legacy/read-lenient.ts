import { isMap, LineCounter, parseAllDocuments } from 'yaml'
import { buildTree } from '../document/build-tree.ts'
import type { Findings, Position } from '../findings.ts'
import { syntaxErrorInWords } from '../document/syntax-error.ts'
import type { Mapping } from '../document/tree.ts'
import { tidyJson } from './tidy-json.ts'

/** As for micro.yml: real ones have less than 4 KB. */
const MOST_BYTES = 64 * 1024
const MOST_SAID = 5

export interface LenientDocument {
  /** What could be read; undefined when that is nothing. */
  readonly tree: Mapping | undefined
  /** Whether that is all that the file says. */
  readonly complete: boolean
}

/**
 * As much of a file as can be understood. JSON is read as YAML, which takes what people add to it: commas at the end, single quotes, keys
 * without quotes. A syntax error costs what stands around it, not the file.
 */
export function readLenient(
  text: string,
  { findings, json }: { readonly findings: Findings; readonly json: boolean },
): LenientDocument {
  const say = (at: Position, message: string) => findings.warn({ path: '', at }, message)
  if (Buffer.byteLength(text) > MOST_BYTES) {
    say({ line: 1, column: 1 }, 'the file is larger than 64 KB and was not read')
    return { tree: undefined, complete: false }
  }
  const lines = new LineCounter()
  const place = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  const parsed = parseAllDocuments(json ? tidyJson(text) : text, {
    uniqueKeys: false,
    strict: false,
    lineCounter: lines,
    prettyErrors: false,
  })
  const [document, ...others] = Array.isArray(parsed) ? parsed : []
  if (document?.contents === undefined || document.contents === null) return { tree: undefined, complete: true }
  for (const error of document.errors.slice(0, MOST_SAID)) {
    say(place(error.pos[0]), json ? syntaxErrorInWords(error).replace('YAML', 'JSON') : syntaxErrorInWords(error))
  }
  if (others.length > 0) say(place(document.range[2]), 'what follows here is not read')
  if (!isMap(document.contents)) {
    say({ line: 1, column: 1 }, 'the file holds no keys with values, and is not understood')
    return { tree: undefined, complete: false }
  }
  const tree = buildTree(document.contents, { findings, place })
  return { tree, complete: tree !== undefined && document.errors.length === 0 && others.length === 0 }
}
