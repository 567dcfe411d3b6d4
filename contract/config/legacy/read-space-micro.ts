import type { MicroConfig } from '../../config.ts'
import { quote } from '../quote.ts'
import type { Mapping, Value } from '../document/tree.ts'
import { readBuild, readRun } from './space-commands.ts'
import { textOf, warnOfUnknown } from './lenient-values.ts'
import { readFolder } from './read-folder.ts'
import { plainMicro, type LegacyContext } from './plain-micro.ts'
import { readPresets } from './read-presets.ts'
import { spaceEngines } from './space-engines.ts'

/** `include` left files away and `dev` started the micro on a laptop: neither changes what is served. */
const KNOWN =
  'name src engine primary path serve commands include run dev presets public public_routes actions provide_actions'.split(
    ' ',
  )

interface SpaceContext extends LegacyContext {
  /** The name that it has here. */
  readonly name: string
  readonly isOnly: boolean
  readonly isPrimary: boolean
}

/** One micro of a Spacefile. */
export function readSpaceMicro(group: Mapping, context: SpaceContext): MicroConfig {
  warnOfUnknown(group, KNOWN, context)
  warnOfAbsent(group, context)
  const engine = readEngine(group, context)
  const build = readBuild(group.entries.get('commands'), context) ?? engine.build
  const run = readRun(group, context) ?? engine.run
  const serve = run === undefined && engine.serve !== undefined ? readServe(group, engine.serve, context) : undefined
  const runtime = engine.runtime ?? (serve === undefined ? undefined : build === undefined ? 'nodejs24' : 'nodejs16')
  return {
    ...plainMicro('space', context),
    name: context.name,
    src: readFolder(group, 'src', context) ?? '.',
    ...(runtime === undefined ? {} : { runtime }),
    ...(build === undefined ? {} : { build }),
    ...(run === undefined ? {} : { run }),
    ...(serve === undefined ? {} : { serve }),
    env: readPresetsOf(group, context),
  }
}

type Engine = Pick<MicroConfig, 'runtime' | 'build' | 'run' | 'serve'>

function readEngine(group: Mapping, context: SpaceContext): Engine {
  const text = textOf(group, 'engine', context)
  const engine = text === undefined ? undefined : spaceEngines.get(text.toLowerCase())
  if (engine !== undefined) return engine
  const said = text === undefined ? 'is missing' : `${quote(text)} is not known`
  context.findings.warn(group.entries.get('engine') ?? group, `engine: ${said}; the files of the micro decide`)
  return {}
}

function readServe(
  group: Mapping,
  usual: NonNullable<MicroConfig['serve']>,
  context: SpaceContext,
): NonNullable<MicroConfig['serve']> {
  const folder = readFolder(group, 'serve', context)
  return folder === undefined ? usual : { ...usual, folders: [folder] }
}

function readPresetsOf(group: Mapping, context: SpaceContext): Record<string, string> {
  const presets = group.entries.get('presets')
  if (presets?.kind !== 'mapping') return {}
  warnOfUnknown(presets, ['env', 'api_keys'], context)
  if (isTrue(presets.entries.get('api_keys'))) {
    context.findings.warn(
      presets,
      'presets.api_keys: there are no keys here; the micro has to check its callers itself',
    )
  }
  const micro = context.isOnly ? {} : { micro: context.name }
  return readPresets(presets.entries.get('env'), { ...context, ...micro, words: { name: 'name', value: ['default'] } })
}

/** What Space did and nothing does here; silence would let people believe in a login that is not there. */
function warnOfAbsent(group: Mapping, context: SpaceContext): void {
  const { findings, name } = context
  if (!isPublic(group)) {
    const message = 'Space asked for a login before this micro; here everybody who has its address can open it'
    findings.warn(group, `${quote(name)}: ${message}`)
  }
  if (!context.isPrimary) {
    const path = textOf(group, 'path', context) ?? textOf(group, 'name', context) ?? name
    const message = `has an address of its own, and is not at ${quote(`/${path.replace(/^\/+/, '')}`)} of the primary micro`
    findings.warn(group.entries.get('path') ?? group, `path: ${quote(name)} ${message}`)
  }
  const actions = group.entries.get('actions')
  if (actions !== undefined && actions.kind !== 'nothing') {
    findings.warn(actions, 'actions: this micropush does not run schedules yet; nothing calls the micro by itself')
  }
}

/** `public: true` is short for all routes. */
function isPublic(group: Mapping): boolean {
  const routes = group.entries.get('public_routes')
  const all = routes?.kind === 'list' && routes.items.some((item) => item.kind === 'text' && item.text === '/*')
  return all || isTrue(group.entries.get('public'))
}

function isTrue(value: Value | undefined): boolean {
  return value?.kind === 'boolean' && /^true$/i.test(value.text)
}
