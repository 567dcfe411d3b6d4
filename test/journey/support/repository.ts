import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const identity = {
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
}

/** What a person has on the laptop: a working tree, and a remote to push to. */
export interface Repository extends AsyncDisposable {
  readonly dir: string
  /** `owner/name` at the forge. */
  readonly fullName: string
  /** Writes files; `null` removes one. */
  write(files: Readonly<Record<string, string | Buffer | null>>): Promise<void>
  copyFrom(folder: string): Promise<void>
  commit(message?: string): Promise<string>
  /** Pushes HEAD and gives what git printed. */
  push(branch?: string): Promise<string>
  git(...args: string[]): Promise<string>
}

export async function createRepository(forge: string, fullName: string): Promise<Repository> {
  const dir = await mkdtemp(join(tmpdir(), 'mp-repo-'))
  const git = async (...args: string[]) => {
    const { stdout, stderr } = await run('git', args, {
      cwd: dir,
      env: { ...process.env, ...identity },
      maxBuffer: 16 * 1024 * 1024,
      timeout: 170_000,
    })
    return stdout + stderr
  }
  await git('init', '--quiet', '--initial-branch=main')
  await git('remote', 'add', 'origin', `${forge}/${fullName}.git`)
  return {
    dir,
    fullName,
    git,
    async write(files) {
      for (const [name, content] of Object.entries(files)) {
        const path = join(dir, name)
        if (content === null) {
          await rm(path, { recursive: true, force: true })
        } else {
          await mkdir(dirname(path), { recursive: true })
          await writeFile(path, content)
        }
      }
    },
    copyFrom: (folder) =>
      cp(folder, dir, { recursive: true, filter: (path) => !path.slice(folder.length).includes('node_modules') }),
    async commit(message = 'Change') {
      await git('add', '--all')
      await git('commit', '--quiet', '--allow-empty', '--message', message)
      return (await git('rev-parse', 'HEAD')).trim()
    },
    push: (branch = 'main') => git('push', '--force', 'origin', `HEAD:refs/heads/${branch}`),
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  }
}
