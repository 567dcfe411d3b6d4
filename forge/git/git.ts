import { execFile, spawn, type ChildProcessByStdio } from 'node:child_process'
import { join } from 'node:path'
import type { Readable } from 'node:stream'

const LONGEST_BYTES = 128 * 1024 * 1024
const LONGEST_MS = 60_000

/** Runs git on the forge's bare repositories, with nothing of the machine's or the user's configuration. */
export interface Git {
  /** The folder of a repository; it is named by the id, so no name of a person ever becomes a path. */
  readonly folder: (repositoryId: number) => string
  readonly env: Readonly<Record<string, string>>
  /** Standard output. @throws Error with git's own words when it fails. */
  run(folder: string, args: readonly string[], options?: { readonly input?: string }): Promise<string>
  bytes(folder: string, args: readonly string[], options?: { readonly input?: string }): Promise<Buffer>
  /** Standard output, or undefined when git says no: for questions such as whether a commit is there. */
  ask(folder: string, args: readonly string[]): Promise<string | undefined>
  stream(folder: string, args: readonly string[]): ChildProcessByStdio<null, Readable, Readable>
}

interface GitOptions {
  readonly root: string
  readonly hooks: string
  readonly searchPath: string
}

/** Git for repositories below `root`, whose hooks are in `hooks`. */
export function openGit(options: GitOptions): Git {
  const env = environment(options)
  const bytes = (folder: string, args: readonly string[], { input = '' }: { readonly input?: string } = {}) =>
    new Promise<Buffer>((resolve, reject) => {
      const child = execFile(
        'git',
        args,
        { cwd: folder, env, encoding: 'buffer', maxBuffer: LONGEST_BYTES, timeout: LONGEST_MS },
        (error, stdout, stderr) => {
          if (error === null) resolve(stdout)
          else
            reject(new GitFailure(args[0] ?? '', { exitCode: child.exitCode, words: stderr.toString('utf8').trim() }))
        },
      )
      // git may end before it has read everything; its exit code tells what happened.
      child.stdin?.on('error', () => undefined)
      child.stdin?.end(input)
    })
  return {
    env,
    folder: (repositoryId) => join(options.root, `${repositoryId}.git`),
    bytes,
    run: async (folder, args, input) => (await bytes(folder, args, input)).toString('utf8'),
    async ask(folder, args) {
      try {
        return (await bytes(folder, args)).toString('utf8')
      } catch (error) {
        if (error instanceof GitFailure && error.exitCode !== null) return undefined
        throw error
      }
    },
    stream: (folder, args) => spawn('git', args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] }),
  }
}

class GitFailure extends Error {
  /** Null when git could not be started or was stopped by a signal. */
  readonly exitCode: number | null

  constructor(command: string, { exitCode, words }: { exitCode: number | null; words: string }) {
    super(`git ${command} failed: ${words}`)
    this.name = 'GitFailure'
    this.exitCode = exitCode
  }
}

function environment({ root, hooks, searchPath }: GitOptions): Record<string, string> {
  const config: readonly (readonly [string, string])[] = [
    // The folders are the forge's own, also when it runs as root over somebody else's.
    ['safe.directory', '*'],
    ['core.hooksPath', hooks],
    ['gc.auto', '0'],
    ['receive.autogc', 'false'],
    ['uploadpack.allowAnySHA1InWant', 'true'],
    ['http.receivepack', 'true'],
    ['receive.maxInputSize', String(2 * 1024 ** 3)],
    // As on GitHub, pull requests' refs can be read and not written.
    ['receive.hideRefs', 'refs/pull'],
    ['core.quotePath', 'false'],
  ]
  const entries = config.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ])
  return {
    PATH: searchPath,
    HOME: root,
    LC_ALL: 'C.UTF-8',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_COUNT: String(config.length),
    GIT_TERMINAL_PROMPT: '0',
    // The author of what the forge itself commits, such as a merge.
    GIT_AUTHOR_NAME: 'micropush forge',
    GIT_AUTHOR_EMAIL: 'forge@localhost',
    GIT_COMMITTER_NAME: 'micropush forge',
    GIT_COMMITTER_EMAIL: 'forge@localhost',
    ...(Object.fromEntries(entries) as Record<string, string>),
  }
}
