import type { MicroConfig } from '../../config.ts'
import { decodeText } from '../../decode-text.ts'
import type { Limits } from '../../limits.ts'
import { lenientFindings } from './lenient-findings.ts'
import { readDetaJson } from './read-deta-json.ts'
import { readLenient } from './read-lenient.ts'
import { readSpacefile } from './read-spacefile.ts'
import { plainMicro, type LegacyContext } from './plain-micro.ts'

/** The files by which a repository shows that it was written for Deta. */
export const legacyFiles = ['Spacefile', 'deta.json', '.detaignore'] as const

/** What is in the root of the repository; the runner reads `.detaignore` itself. */
export interface LegacyFiles {
  readonly spacefile?: LegacyFile
  readonly detaJson?: LegacyFile
}

/** `too-large` is a file that nobody would fetch for a config. */
type LegacyFile = Uint8Array | 'too-large'

export interface LegacyOptions {
  readonly owner: string
  /** The repository's name without its owner. */
  readonly repository: string
  /** The most that the operator grants this repository; the promise's defaults when absent. */
  readonly granted?: Limits
}

export interface LegacyResult {
  /** Never empty: of a file that says nothing, the files beside it decide. */
  readonly micros: readonly MicroConfig[]
  /** What was not understood or has no effect here, each with its place. */
  readonly warnings: readonly string[]
  /** Whether all was read. Otherwise a micro may be meant that is not among these, and nothing is to end for it. */
  readonly complete: boolean
}

/**
 * What a repository that was written for Deta Micros or Deta Space asks for. Its files are taken as people left them: whatever is wrong in
 * them becomes a warning. Pure; never throws, whatever the bytes.
 */
export function parseLegacy({ spacefile, detaJson }: LegacyFiles, options: LegacyOptions): LegacyResult {
  if (spacefile !== undefined) {
    const read = readFile('Spacefile', spacefile, options)
    if (detaJson !== undefined) read.findings.warn(START, 'the deta.json beside it is not read')
    const micros = read.tree === undefined ? [plainMicro('space', read)] : readSpacefile(read.tree, read)
    return { micros, warnings: read.findings.warnings, complete: read.complete }
  }
  if (detaJson !== undefined) {
    const read = readFile('deta.json', detaJson, options)
    const micro = read.tree === undefined ? plainMicro('deta', read) : readDetaJson(read.tree, read)
    return { micros: [micro], warnings: read.findings.warnings, complete: read.complete }
  }
  const context = { ...options, findings: lenientFindings('.detaignore') }
  return { micros: [plainMicro('deta', context)], warnings: [], complete: true }
}

const START = { path: '', at: { line: 1, column: 1 } }

type Read = LegacyContext & ReturnType<typeof readLenient>

function readFile(name: 'Spacefile' | 'deta.json', file: LegacyFile, options: LegacyOptions): Read {
  const findings = lenientFindings(name)
  const context = { ...options, findings }
  if (file === 'too-large') {
    findings.warn(START, 'the file is too large to be read')
    return { ...context, tree: undefined, complete: false }
  }
  return { ...context, ...readLenient(decodeText(file), { findings, json: name === 'deta.json' }) }
}
