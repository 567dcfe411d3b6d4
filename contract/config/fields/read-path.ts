import { posix } from 'node:path'
import type { Findings } from '../findings.ts'
import { quote } from '../quote.ts'
import { readText } from './read-scalar.ts'
import type { Value } from '../document/tree.ts'

const MOST_BYTES = 255

interface Options {
  readonly findings: Findings
}

/** A folder of the repository as a normalised relative path, `.` for its root; that is the default. */
export function readSource(value: Value | undefined, { findings }: Options): string {
  const text = readText(value, { label: 'src', findings, most: MOST_BYTES })
  if (value === undefined || text === undefined) return '.'
  const fault = faultOfPath(text)
  if (fault === undefined) return normalise(text)
  findings.error(value, `src: ${quote(text)} ${fault}`)
  return '.'
}

/** A file inside the micro's folder as a normalised relative path. */
export function readEntry(value: Value | undefined, { findings }: Options): string | undefined {
  const text = readText(value, { label: 'entry', findings, most: MOST_BYTES })
  if (value === undefined || text === undefined) return undefined
  const fault = faultOfPath(text) ?? faultOfFile(text)
  if (fault === undefined) return normalise(text)
  findings.error(value, `entry: ${quote(text)} ${fault}`)
  return undefined
}

function normalise(path: string): string {
  return posix.normalize(path).replace(/\/$/, '')
}

function faultOfPath(path: string): string | undefined {
  if (/\p{Cc}/u.test(path)) return 'holds a control character'
  if (path.includes('\\')) return 'has a backslash; part folders with "/"'
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) return 'is absolute; write it relative to the repository'
  if (path.split('/').includes('..')) return 'has ".." in it; a micro cannot leave its folder'
  return undefined
}

/** What a loader can import, by its ending. */
export const ENTRY = /\.(?:[cm]?js|py)$/

function faultOfFile(path: string): string | undefined {
  const module = /^([\w./-]+):(\w+)$/.exec(path)?.[1]
  if (module !== undefined) return `is no file; name the file alone, such as "${module.replace(/\.py$/, '')}.py"`
  if (normalise(path) === '.' || path.endsWith('/')) return 'is a folder; name the file that holds the app'
  return ENTRY.test(path) ? undefined : 'must be a .js, .mjs, .cjs or .py file'
}
