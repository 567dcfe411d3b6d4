import { cp, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../run.ts'

/** The same files always make the same commit, so that a second start finds everything up to date. */
const fixedIdentity = {
  GIT_AUTHOR_NAME: 'micropush',
  GIT_AUTHOR_EMAIL: 'micropush@localhost',
  GIT_AUTHOR_DATE: '2026-01-01T00:00:00Z',
  GIT_COMMITTER_NAME: 'micropush',
  GIT_COMMITTER_EMAIL: 'micropush@localhost',
  GIT_COMMITTER_DATE: '2026-01-01T00:00:00Z',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
}

export interface ExamplePush {
  readonly sha: string
  /** False when the forge had this commit already. */
  readonly pushed: boolean
}

interface Example {
  readonly folder: string
  readonly name: string
  readonly workDir: string
  readonly remote: string
  /** `again` makes a commit that the forge does not have, of the same files. */
  readonly attempt: 'first' | 'again'
}

/** Commits an example as a repository of its own and pushes it to the forge, as a person would. Its output goes to `onLine`. */
export async function pushExample(example: Example, onLine: (line: string) => void): Promise<ExamplePush> {
  const dir = join(example.workDir, example.name)
  await rm(dir, { recursive: true, force: true })
  await mkdir(dir, { recursive: true })
  await cp(join(example.folder, example.name), dir, {
    recursive: true,
    filter: (path) => !/node_modules|__pycache__|\.venv/.test(path.slice(example.folder.length)),
  })
  const git = (args: readonly string[], said: (line: string) => void = () => {}) =>
    run(['git', ...args], { cwd: dir, env: fixedIdentity, onLine: said })
  await git(['init', '--quiet', '--initial-branch=main'])
  await git(['add', '--all'])
  const message =
    example.attempt === 'first' ? `Add ${example.name}` : `Add ${example.name}, tried ${new Date().toISOString()}`
  await git(['commit', '--quiet', '--message', message])
  const sha = (await git(['rev-parse', 'HEAD'])).trim()
  const listed = await git(['ls-remote', example.remote, 'refs/heads/main']).catch(() => '')
  if (listed.startsWith(sha)) return { sha, pushed: false }
  await git(['push', '--quiet', '--force', example.remote, 'HEAD:refs/heads/main'], onLine)
  return { sha, pushed: true }
}
