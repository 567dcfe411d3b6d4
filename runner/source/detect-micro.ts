import type { MicroConfig } from '../../contract/config.ts'
import type { Launch } from '../../contract/deployment.ts'
import { MicropushError } from '../../contract/errors.ts'
import {
  defaultRuntime,
  findRuntime,
  isPastEndOfLife,
  suggestRuntimes,
  type Language,
  type Runtime,
} from '../../runtimes/catalogue.ts'
import { findEntry, languageOfFile, lookedFor } from './find-entry.ts'
import { readMicroFiles, type MicroFiles } from './micro-files.ts'
import { readStartScript } from './start-script.ts'
import { chooseRuntime } from './version/choose-runtime.ts'
import { readVersionRequests } from './version/version-files.ts'

export interface Detected {
  readonly runtime: Runtime
  readonly launch: Launch
  /** Sentences for the person who pushed, about what works but should be changed. */
  readonly warnings: readonly string[]
}

/**
 * What a micro is: its runtime and how it is started, from its config and, where that is silent, from the files in its folder.
 *
 * @throws MicropushError `runtime-unknown`; `config-invalid` for a runtime and an entry that do not fit, or a choice that only a
 *   person can make; `entry-missing` naming what was looked for
 */
export async function detectMicro(dir: string, config: MicroConfig): Promise<Detected> {
  const files = await readMicroFiles(dir, config.entry)
  const named = config.runtime === undefined ? undefined : requireRuntime(config.runtime)
  const launch = chooseLaunch(files, config, named?.language)
  const { runtime, warnings } = named ? { runtime: named, warnings: [] } : await findAsked(dir, launch.language, files)
  return { runtime, launch, warnings: [...warnings, ...runtimeWarnings(runtime, config), ...sourceWarnings(files)] }
}

interface Asked {
  readonly runtime: Runtime
  readonly warnings: readonly string[]
}

/** The runtime that files such as `.nvmrc` ask for, or the default one. */
async function findAsked(dir: string, language: Language, { names, manifest }: MicroFiles): Promise<Asked> {
  const requests = await readVersionRequests(dir, language, { names, engine: manifest?.engine })
  const { runtime, warnings } = chooseRuntime(requests)
  return { runtime: runtime ?? defaultRuntime(language), warnings }
}

function requireRuntime(spelling: string): Runtime {
  const runtime = findRuntime(spelling)
  if (runtime !== undefined) return runtime
  const known = suggestRuntimes(spelling).join(', ')
  throw new MicropushError('runtime-unknown', `There is no runtime ${spelling}. There are ${known}.`)
}

/** Decides purely from what is known of the files. `language` is the one of a runtime that the config names. */
function chooseLaunch(files: MicroFiles, config: MicroConfig, language: Language | undefined): Launch {
  if (config.run !== undefined) {
    return { kind: 'command', language: language ?? languageOfFiles(files), command: config.run }
  }
  if (config.entry !== undefined) return namedEntry(files, { ...config, entry: config.entry }, language)
  const node = language === 'python' ? undefined : nodeLaunch(files, config)
  const python = language === 'node' ? undefined : pythonLaunch(files)
  if (node !== undefined && python !== undefined) return pick(files, node, python)
  const launch = node ?? python
  if (launch === undefined) throw nothingToStart(language)
  return launch
}

function namedEntry(
  files: MicroFiles,
  config: MicroConfig & { readonly entry: string },
  language: Language | undefined,
): Launch {
  const entry = config.entry.replace(/^\.\//, '')
  const its = languageOfFile(entry)
  if (its === undefined) {
    throw new MicropushError('config-invalid', `entry: ${entry} must be a .js, .mjs, .cjs or .py file.`)
  }
  if (language !== undefined && language !== its) {
    throw new MicropushError(
      'config-invalid',
      `entry: ${entry} is a ${its === 'node' ? 'Node.js' : 'Python'} file, but the runtime is ${config.runtime}.`,
    )
  }
  // A build may yet make it; then it is looked for again after the build.
  if (!files.namedEntryExists && config.build === undefined) {
    throw new MicropushError(
      'entry-missing',
      `There is no file ${entry}, which \`entry\` in the micro config file names.`,
    )
  }
  return { kind: 'loader', language: its, entry }
}

function nodeLaunch(files: MicroFiles, config: MicroConfig): Launch | undefined {
  const main = files.manifest?.main?.replace(/^\.\//, '')
  const entry = findEntry('node', files.names, files.mainFile)
  if (entry !== undefined) return { kind: 'loader', language: 'node', entry }
  if (config.build !== undefined && main !== undefined && languageOfFile(main) === 'node') {
    return { kind: 'loader', language: 'node', entry: main }
  }
  return readStartScript({ start: files.manifest?.start, startFile: files.startFile })
}

function pythonLaunch(files: MicroFiles): Launch | undefined {
  const entry = findEntry('python', files.names)
  return entry === undefined ? undefined : { kind: 'loader', language: 'python', entry }
}

/** Both could be started: the one with a list of dependencies is meant, or else the one with its language's first name. */
function pick(files: MicroFiles, node: Launch, python: Launch): Launch {
  const signs = [
    { node: files.manifest !== undefined, python: files.hasPythonManifest },
    { node: files.names.has('index.js'), python: files.names.has('main.py') },
  ]
  const telling = signs.find((sign) => sign.node !== sign.python)
  if (telling !== undefined) return telling.node ? node : python
  throw new MicropushError(
    'config-invalid',
    'Both a Node.js and a Python entry file are here. Name one with `entry`, or name a `runtime`, in the micro config file.',
  )
}

function languageOfFiles(files: MicroFiles): Language {
  if (files.hasPythonManifest !== (files.manifest !== undefined)) return files.hasPythonManifest ? 'python' : 'node'
  if (findEntry('python', files.names) !== undefined && findEntry('node', files.names) === undefined) return 'python'
  if (findEntry('node', files.names) !== undefined && findEntry('python', files.names) === undefined) return 'node'
  throw new MicropushError(
    'config-invalid',
    'Which language `run` needs cannot be told from the files. Name a `runtime` in the micro config file.',
  )
}

function nothingToStart(language: Language | undefined): MicropushError {
  const names = lookedFor(language).join(', ')
  return new MicropushError(
    'entry-missing',
    `Nothing to start was found. Looked for: ${names}${language === 'python' ? '' : ', and a start script in package.json'}. Add one of them, or name yours with \`entry\`.`,
  )
}

function runtimeWarnings(runtime: Runtime, config: MicroConfig): string[] {
  if (!isPastEndOfLife(runtime, new Date())) return []
  const advice =
    config.runtime === undefined ? 'name a newer `runtime` in the micro config file' : 'a newer one is safer'
  return [`${runtime.id} is past its end of life (${runtime.endOfLife}); ${advice}.`]
}

function sourceWarnings(files: MicroFiles): string[] {
  if (!files.names.has('.gitmodules')) return []
  return ['Submodules are not part of the archive that GitHub makes: their folders are empty.']
}
