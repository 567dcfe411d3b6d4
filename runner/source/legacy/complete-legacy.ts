import type { MicroConfig } from '../../../contract/config.ts'
import { findRuntime } from '../../../runtimes/catalogue.ts'
import { serveFolderCommand } from '../../../runtimes/serve-folder.ts'
import { findEntry, languageOfFile } from '../find-entry.ts'
import { readLegacySource, type LegacySource } from './legacy-source.ts'

export interface Completed {
  readonly config: MicroConfig
  /** What was decided in the place of the person who pushed. */
  readonly notes: readonly string[]
}

/**
 * The config of a micro that was written for Deta, with what Deta knew by itself and with the step that its uploads had behind them: entry
 * `index.js` or `main.py`, whatever package.json says; the build whose output was uploaded from a laptop. Another config stays as it is.
 */
export async function completeLegacy(dir: string, config: MicroConfig): Promise<Completed> {
  if (config.legacy === undefined) return { config, notes: [] }
  return decide(await readLegacySource(dir), config)
}

function decide(source: LegacySource, asked: MicroConfig): Completed {
  const { serve, ...rest } = asked
  if (serve !== undefined) return { config: { ...rest, run: serveFolderCommand(serve) }, notes: [] }
  const notes: string[] = []
  let config = knownRuntime(rest, notes)
  if (config.run !== undefined) return { config: { ...config, run: withoutManager(config.run, source) }, notes }
  config = withEntry(source, config, notes)
  return { config: withBuild(source, config, notes), notes }
}

function knownRuntime(config: MicroConfig, notes: string[]): MicroConfig {
  const { runtime, ...rest } = config
  if (runtime === undefined || findRuntime(runtime) !== undefined) return config
  notes.push(`There is no runtime ${runtime}; the files of the micro decide.`)
  return rest
}

/** `npm start` as the text of its script: a sandbox has no npm. */
function withoutManager(run: string, { scripts }: LegacySource): string {
  const name = /^(?:npm|pnpm|yarn)(?: run)? ([\w:-]+)$/.exec(run)?.[1]
  return name !== undefined && Object.hasOwn(scripts, name) ? (scripts[name] ?? run) : run
}

function withEntry(source: LegacySource, config: MicroConfig, notes: string[]): MicroConfig {
  const here = [
    { language: 'node', entry: 'index.js' },
    { language: 'python', entry: 'main.py' },
  ].filter(({ entry }) => source.names.has(entry))
  const { runtime, ...rest } = config
  const wanted = runtime === undefined ? undefined : findRuntime(runtime)?.language
  const found = here.length === 1 ? here[0] : here.find(({ language }) => language === wanted)
  if (found === undefined) return config
  if (runtime === undefined || found.language === wanted) return { ...config, entry: found.entry }
  notes.push(`The runtime ${runtime} does not fit ${found.entry}; the file decides.`)
  return { ...rest, entry: found.entry }
}

const BUILD = 'npm run build'

function withBuild(source: LegacySource, config: MicroConfig, notes: string[]): MicroConfig {
  if (config.build !== undefined || source.scripts['build'] === undefined) return config
  if (config.entry === 'index.js' && source.missing !== undefined) {
    notes.push(`index.js loads ${source.missing}, which is not in the repository, so "${BUILD}" is run.`)
    return { ...config, build: BUILD }
  }
  const hasEntry = (['node', 'python'] as const).some((language) => findEntry(language, source.names) !== undefined)
  if (config.entry !== undefined || hasEntry) return config
  notes.push(`There is neither index.js nor main.py, so "${BUILD}" is run.`)
  const main = source.main === undefined ? undefined : languageOfFile(source.main)
  const isNamed = main === 'node' || source.scripts['start'] !== undefined
  return { ...config, build: BUILD, ...(isNamed ? {} : { entry: 'index.js' }) }
}
