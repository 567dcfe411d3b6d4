import { isScalar, LineCounter, parseAllDocuments, type Node, type YAMLError } from 'yaml'
import { buildTree } from './build-tree.ts'
import { findJsonFault } from './check-json.ts'
import type { Findings, Position } from '../findings.ts'
import { syntaxErrorInWords } from './syntax-error.ts'
import type { Mapping } from './tree.ts'

/** A file that describes 20 micros has a few KB; more is a mistake or an attack. */
const MOST_BYTES = 64 * 1024

/**
 * The text of a config file as a tree of values with their places. JSON is read as the subset of YAML that it is, after a check
 * that it is JSON.
 *
 * @returns undefined when there is no tree to go on with; the findings say why.
 */
export function readDocument(
  text: string,
  { findings, json }: { readonly findings: Findings; readonly json: boolean },
): Mapping | undefined {
  const body = text.replace(/^\uFEFF/, '')
  const fault = faultOfText(body)
  if (fault !== undefined) return refuse(findings, fault)

  const lines = new LineCounter()
  const place = (offset: number): Position => placeOf(lines, offset)
  // Duplicate keys are found while the tree is built, where the key's name and first line are known.
  const parsed = parseAllDocuments(body, { uniqueKeys: false, lineCounter: lines, prettyErrors: false })
  const documents = Array.isArray(parsed) ? parsed : []
  const jsonFault = json ? findJsonFault(body) : undefined
  if (jsonFault !== undefined) {
    findings.error({ path: '', at: place(jsonFault.offset) }, `not valid JSON: ${jsonFault.message}`)
    return undefined
  }
  noteSyntaxErrors(
    documents.flatMap((one) => one.errors),
    { findings, place },
  )
  if (findings.errors.length > 0) return undefined
  const [document, second] = documents
  if (document === undefined || isNothing(document.contents)) return refuse(findings, EMPTY)
  if (second !== undefined) {
    const message = 'a second document begins here (---); keep one, and list several micros in "micros"'
    findings.error({ path: '', at: place(second.range[0]) }, message)
    return undefined
  }
  return buildTree(document.contents, { findings, place })
}

const EMPTY = 'the file is empty; begin it with "v: 1"'

function isNothing(contents: Node | null): contents is null {
  return contents === null || (isScalar(contents) && contents.value === null && contents.source === '')
}

function faultOfText(text: string): string | undefined {
  if (Buffer.byteLength(text) > MOST_BYTES) return 'the file is larger than 64 KB'
  // What is no UTF-8 was decoded into U+FFFD; UTF-16 shows by its NUL bytes.
  if (/[\0\u{FFFD}]/u.test(text)) return 'the file is not UTF-8 text; save it with the encoding UTF-8'
  return text.trim() === '' ? EMPTY : undefined
}

/** One fault a line, because most others of a line follow from its first; and few, because the same holds for lines. */
function noteSyntaxErrors(
  errors: readonly YAMLError[],
  { findings, place }: { readonly findings: Findings; readonly place: (offset: number) => Position },
): void {
  const byLine = Map.groupBy(errors.slice(0, 100), (error) => place(error.pos[0]).line)
  for (const [first] of [...byLine.values()].slice(0, 5)) {
    if (first !== undefined) findings.error({ path: '', at: place(first.pos[0]) }, syntaxErrorInWords(first))
  }
}

function refuse(findings: Findings, message: string): undefined {
  findings.error({ path: '', at: { line: 1, column: 1 } }, message)
  return undefined
}

function placeOf(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(1, line), column: Math.max(1, col) }
}
