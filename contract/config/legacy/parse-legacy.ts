import type { MicroConfig } from '../../config.ts'
import type { Limits } from '../../limits.ts'
import { decodeText } from '../../text/decode-text.ts'
import { defaultPreviews, type PreviewSettings } from '../previews.ts'
import { lenientFindings } from './lenient-findings.ts'
import { plainMicro, type LegacyContext } from './plain-micro.ts'
import { readDetaJson } from './read-deta-json.ts'
import { readLenient, type LenientDocument } from './read-lenient.ts'
import { readSpacefile } from './read-spacefile.ts'

/** The files by which a repository shows that it was written for Deta. */
export const legacyFiles = ['Spacefile', 'deta.json', '.detaignore'] as const

/** What is in the root of the repository; the runner reads `.detaignore` itself. */
export interface LegacyFiles {
  readonly spacefile?: LegacyFile
  readonly detaJson?: LegacyFile
  readonly detaignore?: true
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
  /** None when the files only have the names of Deta's: data that somebody called deta.json, a Spacefile of another tool. */
  readonly micros: readonly MicroConfig[]
  /** Neither format has a word for them: always the defaults. */
  readonly previews: PreviewSettings
  /** What was not understood or has no effect here, each with its place. */
  readonly warnings: readonly string[]
  /** Whether all was read. Otherwise a micro may be meant that is not among these, and nothing is to end for it. */
  readonly complete: boolean
}

/**
 * What a repository that was written for Deta Micros or Deta Space asks for. Its files are taken as people left them: whatever is wrong in
 * them becomes a warning. Pure; never throws, whatever the bytes.
 */
export function parseLegacy(files: LegacyFiles, options: LegacyOptions): LegacyResult {
  const spacefile = readFile('Spacefile', files.spacefile, options)
  const space = micros(spacefile, 'space')
  if (space !== undefined) {
    if (files.detaJson !== undefined) spacefile.findings.warn(START, 'the deta.json beside it is not read')
    return {
      micros: space,
      previews: defaultPreviews,
      warnings: spacefile.findings.warnings,
      complete: spacefile.complete,
    }
  }
  const detaJson = readFile('deta.json', files.detaJson, options)
  const ignored = files.detaignore === true ? [plainMicro('deta', detaJson)] : []
  return {
    micros: micros(detaJson, 'deta') ?? ignored,
    previews: defaultPreviews,
    warnings: [...spacefile.findings.warnings, ...detaJson.findings.warnings],
    complete: spacefile.complete && detaJson.complete,
  }
}

const START = { path: '', at: { line: 1, column: 1 } }

interface Read extends LegacyContext, LenientDocument {
  readonly isThere: boolean
}

function readFile(name: 'Spacefile' | 'deta.json', file: LegacyFile | undefined, options: LegacyOptions): Read {
  const findings = lenientFindings(name)
  const context = { ...options, findings, isThere: file !== undefined }
  if (file === undefined) return { ...context, tree: undefined, complete: true }
  if (file !== 'too-large') {
    return { ...context, ...readLenient(decodeText(file), { findings, json: name === 'deta.json' }) }
  }
  findings.warn(START, 'the file is too large to be read')
  return { ...context, tree: undefined, complete: false }
}

/** What each format has that no other file of its name would. */
const signs = { deta: ['name', 'runtime', 'env', 'cron'], space: ['v', 'micros'] } as const

function micros(read: Read, kind: keyof typeof signs): MicroConfig[] | undefined {
  const { isThere, tree, complete } = read
  // An empty file says nothing, but nobody makes one of that name for anything else.
  if (tree === undefined) return isThere && complete ? [plainMicro(kind, read)] : undefined
  if (tree.entries.size > 0 && signs[kind].every((key) => !tree.entries.has(key))) return undefined
  return kind === 'space' ? readSpacefile(tree, read) : [readDetaJson(tree, read)]
}
