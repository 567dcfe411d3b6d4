import { MicropushError } from '../../../contract/errors.ts'
import { GATHER, linkFlags } from '../builder/gather-libraries.ts'
import { readPackageJson, type PackageJson } from './package-json.ts'
import { readIfAny, readTree } from './read-inputs.ts'
import { isInert } from './inert-lock.ts'
import type { InstallPlan } from './install-plan.ts'

/** What of package.json decides what is installed; a new version or description of the micro does not. */
const DEPENDENCY_FIELDS = [
  'dependencies',
  'devDependencies',
  'optionalDependencies',
  'peerDependencies',
  'peerDependenciesMeta',
  'dependenciesMeta',
  'bundleDependencies',
  'bundledDependencies',
  'overrides',
  'resolutions',
  'pnpm',
  'packageManager',
  'engines',
  'os',
  'cpu',
  'type',
]
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall', 'prepublish', 'preprepare', 'prepare', 'postprepare']

/** Tools that put hooks into a developer's git folder; there is none here, and they fail without it. */
const GIT_HOOKS = /\b(?:husky|simple-git-hooks|lefthook|pre-commit|yorkie|is-ci)\b/

/** A package that lies in the repository and not in a registry. */
const LOCAL = /^(?:file:|link:|portal:|workspace:|patch:|\.{1,2}\/|~\/|\/)/

interface Manager {
  readonly name: string
  readonly lock: string | undefined
  /** Files and folders besides package.json and the lock file that it reads. */
  readonly reads: readonly string[]
  readonly install: string
  readonly prune: string
}

const npmFlags = '--no-audit --no-fund --no-update-notifier --loglevel=error'

/**
 * How the packages of a package.json are installed, with the package manager whose lock file is there. With a build, development
 * dependencies are installed as well and taken away after it.
 *
 * @throws MicropushError `install-failed` for a package.json that cannot be read
 */
export async function planNode(dir: string, builds: boolean): Promise<InstallPlan | undefined> {
  const found = await readPackageJson(dir)
  if (found === undefined) return undefined
  const manifest = withoutGitHooks(found)
  const scripts = INSTALL_SCRIPTS.filter((name) => manifest.scripts[name] !== undefined)
  const wanted = ['dependencies', 'optionalDependencies', ...(builds ? ['devDependencies'] : [])]
  const isWorkspace = manifest.fields['workspaces'] !== undefined
  if (!isWorkspace && wanted.every((field) => isEmpty(manifest.fields[field])) && scripts.length === 0) return undefined
  const manager = await chooseManager(dir, builds)
  const nativeAddon = (await readIfAny(dir, 'binding.gyp')) !== undefined
  const inputs = await readInputs(dir, manifest, manager)
  const wholeSource = scripts.length > 0 || isWorkspace || nativeAddon || hasLocal(manifest)
  const runsCode = wholeSource || !isInert(inputs)
  return {
    language: 'node',
    manager: manager.name,
    inputs,
    wholeSource,
    keepsChanges: scripts.length > 0 || nativeAddon,
    runsCode,
    install: runsCode ? compiling(manager.install) : `${manager.install} --ignore-scripts`,
    prune: builds ? manager.prune : '',
  }
}

const MODULES = '/app/node_modules'

/** Native add-ons may be compiled: what they are linked with goes with them. */
function compiling(install: string): string {
  return [linkFlags(MODULES), install, `${GATHER} ${MODULES}`].join('\n')
}

async function chooseManager(dir: string, builds: boolean): Promise<Manager> {
  const has = async (name: string) => (await readIfAny(dir, name)) !== undefined
  for (const lock of ['npm-shrinkwrap.json', 'package-lock.json']) {
    if (await has(lock)) return npm(lock, builds)
  }
  if (await has('pnpm-lock.yaml')) return pnpm(builds)
  const yarnLock = await readIfAny(dir, 'yarn.lock')
  if (yarnLock !== undefined) return /^__metadata:/m.test(yarnLock) ? yarnBerry(builds) : yarnClassic(builds)
  return npm(undefined, builds)
}

function npm(lock: string | undefined, builds: boolean): Manager {
  const omit = builds ? '--include=dev' : '--omit=dev'
  return {
    name: 'npm',
    lock,
    reads: ['.npmrc'],
    install: `npm ${lock === undefined ? 'install --no-package-lock' : 'ci'} ${omit} ${npmFlags}`,
    prune: `npm prune --omit=dev --ignore-scripts ${npmFlags}`,
  }
}

function pnpm(builds: boolean): Manager {
  // The files are copied out of its store, which is thrown away; a link would share their inodes with it.
  const flags = '--frozen-lockfile --reporter=append-only --package-import-method=copy'
  return {
    name: 'pnpm',
    lock: 'pnpm-lock.yaml',
    reads: ['.npmrc', 'pnpm-workspace.yaml', '.pnpmfile.cjs', 'patches'],
    install: `CI=true pnpm install ${flags} ${builds ? '' : '--prod'}`.trim(),
    prune: 'CI=true pnpm prune --prod --ignore-scripts',
  }
}

function yarnClassic(builds: boolean): Manager {
  const flags = '--frozen-lockfile --non-interactive --no-progress'
  return {
    name: 'yarn',
    lock: 'yarn.lock',
    reads: ['.npmrc', '.yarnrc'],
    install: `yarn install ${flags} --production=${builds ? 'false' : 'true'}`,
    prune: `yarn install ${flags} --production=true --ignore-scripts`,
  }
}

function yarnBerry(builds: boolean): Manager {
  const set =
    'export YARN_NODE_LINKER=node-modules YARN_ENABLE_TELEMETRY=0 YARN_ENABLE_PROGRESS_BARS=0 YARN_NM_MODE=classic'
  const focus = 'yarn-berry workspaces focus --all --production'
  const install = 'yarn-berry install --immutable'
  return {
    name: 'yarn-berry',
    lock: 'yarn.lock',
    reads: ['.npmrc', '.yarnrc.yml', '.yarn/releases', '.yarn/plugins', '.yarn/patches'],
    install: `${set}\n${builds ? install : `${install} && ${focus}`}`,
    prune: `${set}\n${focus}`,
  }
}

async function readInputs(dir: string, manifest: PackageJson, manager: Manager): Promise<Record<string, string>> {
  const fields = DEPENDENCY_FIELDS.flatMap((name) =>
    manifest.fields[name] === undefined ? [] : [[name, manifest.fields[name]] as const],
  )
  const lock = manager.lock === undefined ? undefined : await readIfAny(dir, manager.lock)
  return {
    // Some package managers refuse a package without these two; only Yarn's newer lock files know the name.
    'package.json': JSON.stringify({
      name: manager.name === 'yarn-berry' ? (manifest.fields['name'] ?? 'micro') : 'micro',
      version: '0.0.0',
      ...Object.fromEntries(fields),
    }),
    ...(manager.lock === undefined || lock === undefined ? {} : { [manager.lock]: lock }),
    ...(await readTree(dir, manager.reads)),
  }
}

function withoutGitHooks(manifest: PackageJson): PackageJson {
  const kept = Object.entries(manifest.scripts).filter(
    ([name, text]) => !(name.includes('prepare') && GIT_HOOKS.test(text)),
  )
  return { ...manifest, scripts: Object.fromEntries(kept) }
}

function hasLocal(manifest: PackageJson): boolean {
  if (
    manifest.fields['pnpm'] !== undefined &&
    JSON.stringify(manifest.fields['pnpm']).includes('"patchedDependencies"')
  ) {
    return true
  }
  return ['dependencies', 'devDependencies', 'optionalDependencies', 'overrides', 'resolutions'].some((field) => {
    const ranges = manifest.fields[field]
    return (
      typeof ranges === 'object' &&
      ranges !== null &&
      Object.values(ranges).some((range) => typeof range === 'string' && LOCAL.test(range))
    )
  })
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true
  if (typeof value !== 'object')
    throw new MicropushError('install-failed', 'The dependencies in package.json are not an object.')
  return Object.keys(value).length === 0
}
