import { defaultAllowance, type Allowance } from '../allowance.ts'
import type { MicroConfig } from '../config.ts'
import { defaultLimits, type Limits } from '../limits.ts'
import { slug } from '../names.ts'
import type { ConfigFile } from './config-files.ts'
import { newFindings, type ConfigError, type Findings } from './findings.ts'
import type { PreviewSettings } from './previews.ts'
import { checkKeys, fileKeys, microKeys, repositoryKeys, sharedKeys } from './keys.ts'
import { quote } from './quote.ts'
import { readDocument } from './document/read-document.ts'
import { readEnv } from './fields/read-env.ts'
import { readBranch } from './fields/read-fields.ts'
import { readMicro, type Shared } from './fields/read-micro.ts'
import { readPreviews } from './fields/read-previews.ts'
import { kindInWords, type Mapping, type Value } from './document/tree.ts'

export const MOST_MICROS = 20

export interface ConfigContext {
  readonly file: ConfigFile
  /** The repository's name without its owner, for a micro that gives itself none. */
  readonly repository: string
  /** The repository's owner, for words that name both. */
  readonly owner?: string
  /** The most that the operator grants this repository; the promise's defaults when absent. */
  readonly granted?: Limits
  /** What else it grants it; what everybody gets by default when absent. */
  readonly allowance?: Allowance
}

export type ParseResult =
  | {
      readonly ok: true
      readonly micros: MicroConfig[]
      /** They hold for the whole repository. */
      readonly previews: PreviewSettings
      readonly warnings: string[]
    }
  | { readonly ok: false; readonly errors: ConfigError[] }

/**
 * The text of a micro config file as micros: names resolved, units parsed, limits complete; or all that is wrong with it, each with
 * its place. Whether folders, entries and runtimes exist is the runner's to find out. Never throws, whatever the text.
 */
export function parseConfig(text: string, context: ConfigContext): ParseResult {
  const findings = newFindings(context.file)
  const file = readDocument(text, { findings, json: context.file === 'micro.json' })
  const micros = file === undefined ? [] : readFile(file, { ...context, findings })
  const previews = readPreviews(file?.entries.get('previews'), findings)
  if (findings.errors.length > 0) return { ok: false, errors: findings.errors.toSorted(byPlace) }
  return { ok: true, micros, previews, warnings: [...findings.warnings] }
}

function byPlace(a: ConfigError, b: ConfigError): number {
  return a.line - b.line || a.column - b.column
}

type Reading = Omit<ConfigContext, 'file'> & { readonly findings: Findings }

function readFile(file: Mapping, reading: Reading): MicroConfig[] {
  checkVersion(file, reading.findings)
  const list = file.entries.get('micros')
  return list === undefined ? [readOnly(file, reading)] : readList(list, { ...reading, file })
}

function checkVersion(file: Mapping, findings: Findings): void {
  const version = file.entries.get('v')
  if (version === undefined) {
    const near = file.entries.get('version')
    if (near === undefined) findings.error({ path: 'v', at: file.at }, '"v" is missing; begin the file with "v: 1"')
    return
  }
  if (version.kind === 'number' && version.number === 1) return
  if (version.kind === 'text' && version.text.trim() === '1') {
    findings.error(version, 'v: must be the number 1, without quotes')
  } else if (version.kind !== 'foreign') {
    const said = version.kind === 'number' || version.kind === 'text' ? quote(version.text) : kindInWords(version)
    findings.error(version, `v: ${said} is not known; this micropush knows "v: 1"`)
  }
}

/** The short form: the file's own keys are those of its one micro. */
function readOnly(file: Mapping, reading: Reading): MicroConfig {
  const { findings, repository } = reading
  checkKeys(file, [...fileKeys, ...microKeys, ...repositoryKeys], findings)
  return readMicro(file, { ...given(reading), shared: { env: new Map() }, nameFor: () => slug(repository) })
}

/** What the operator gives the repository, and how it is called there. */
function given({ findings, owner, repository, granted = defaultLimits, allowance = defaultAllowance }: Reading) {
  const grantee = owner === undefined ? undefined : `${owner}/${repository}`
  return { findings, granted, allowance, grantee }
}

function readList(list: Value, reading: Reading & { readonly file: Mapping }): MicroConfig[] {
  const { file, findings, repository } = reading
  checkKeys(file, [...fileKeys, ...sharedKeys, ...repositoryKeys], findings)
  const items = itemsOf(list, findings)
  const branch = readBranch(file.entries.get('branch'), { findings })
  const shared: Shared = {
    env: readEnv(file.entries.get('env'), findings),
    ...(branch === undefined ? {} : { branch }),
  }
  const nameFor = (src: string): string => slug(src === '.' ? repository : (src.split('/').at(-1) ?? src))
  const micros = items.map((item) => {
    checkItem(item, findings)
    return readMicro(item, { ...given(reading), shared, nameFor })
  })
  checkNames(items, { micros, findings })
  return micros
}

function itemsOf(list: Value, findings: Findings): Mapping[] {
  if (list.kind === 'foreign') return []
  if (list.kind !== 'list') {
    findings.error(list, `micros: must be a list, not ${kindInWords(list)}; begin each micro with "- "`)
    return []
  }
  if (list.items.length === 0) findings.error(list, 'micros: the list is empty; add a micro or remove the key')
  if (list.items.length > MOST_MICROS) {
    findings.error(list, `micros: ${list.items.length} micros are listed, ${MOST_MICROS} are the most`)
    return []
  }
  return list.items.filter((item) => {
    if (item.kind === 'mapping') return true
    if (item.kind !== 'foreign') findings.error(item, `a micro must be keys with values, not ${kindInWords(item)}`)
    return false
  }) as Mapping[]
}

/** What a micro of the list cannot have, because it holds for the file. */
const ONCE = ['v', 'previews']

function checkItem(item: Mapping, findings: Findings): void {
  for (const key of ONCE) {
    const value = item.entries.get(key)
    if (value !== undefined) findings.error(value, `"${key}" stands once, at the top of the file; remove it here`)
  }
  checkKeys(item, [...ONCE, ...microKeys], findings)
}

function checkNames(
  items: readonly Mapping[],
  { micros, findings }: { readonly micros: readonly MicroConfig[]; readonly findings: Findings },
): void {
  const first = new Map<string, Mapping>()
  for (const [index, item] of items.entries()) {
    const name = micros[index]?.name ?? ''
    const other = first.get(name)
    if (other === undefined) first.set(name, item)
    else {
      const advice = 'give one of them another "name"'
      findings.error(
        item.entries.get('name') ?? item,
        `two micros are called "${name}" (line ${other.at.line}); ${advice}`,
      )
    }
  }
}
