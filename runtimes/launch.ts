import type { Language } from './catalogue.ts'

/** Where things are inside a sandbox. The image recipes put them there, the sandbox mounts over the rest. */
export const paths = {
  app: '/app',
  nodeModules: '/app/node_modules',
  pythonDependencies: '/dependencies',
  init: '/opt/micropush/init',
  /** Seeds Node's random numbers anew (see runtimes/init/reseed). */
  reseed: '/opt/micropush/reseed.so',
  nodeLoader: '/opt/micropush/node/loader.cjs',
  pythonLoader: '/opt/micropush/python/main.py',
  /** Our own packages, last on the module path: the app's and installed ones of the same name win. */
  nodeLibrary: '/opt/micropush/lib/node',
  pythonLibrary: '/opt/micropush/lib/python',
  nodeWarmUp: '/opt/micropush/node/warm-up.cjs',
  pythonWarmUp: '/opt/micropush/python/warm_up.py',
  /** Code of the app that was compiled ahead. */
  cache: '/var/cache/micropush',
  /** The folder that the host shares with the sandbox for its sockets. */
  sockets: '/run/micropush',
} as const

/** More than the gateway passes on, with what it adds; Node by itself takes 16 KB. */
const HEAD_BYTES = 48 * 1024

/**
 * The command that init runs in loader mode.
 *
 * @param entry the entry file's path relative to the app's folder; without one the loader is told of its app after it was loaded.
 */
export function loaderCommand(language: Language, entry?: string): string[] {
  const file = entry === undefined ? [] : [`${paths.app}/${entry}`]
  // -I: nothing of the app's is importable before its import begins; the loader makes the module path itself.
  return language === 'node'
    ? ['node', `--max-http-header-size=${HEAD_BYTES}`, paths.nodeLoader, ...file]
    : ['python3', '-I', '-u', '-B', paths.pythonLoader, ...file]
}

/** The command that init runs in command mode, for a micro with `run:` in its file. */
export function shellCommand(command: string): string[] {
  return ['sh', '-c', command]
}

/** The part of a micro's environment that the runtime needs; a micro's own variables come on top. */
export function runtimeEnvironment(language: Language): Record<string, string> {
  const common = {
    PATH: `${paths.nodeModules}/.bin:${paths.pythonDependencies}/bin:/usr/local/bin:/usr/bin:/bin`,
    HOME: '/tmp',
    TMPDIR: '/tmp',
    LANG: 'C.UTF-8',
    TZ: 'UTC',
  }
  if (language === 'node') return { ...common, NODE_ENV: 'production', NODE_PATH: `${paths.app}:${paths.nodeLibrary}` }
  return {
    ...common,
    PYTHONPATH: `${paths.app}:${paths.pythonDependencies}:${paths.pythonLibrary}`,
    PYTHONUNBUFFERED: '1',
    PYTHONDONTWRITEBYTECODE: '1',
  }
}
