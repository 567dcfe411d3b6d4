import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { untilAnswered } from '../load/requests.ts'

const run = promisify(execFile)

/** What bounds the platform, measured in the same run: the bare tools on the bare host, without us. */

/**
 * `npm ci` of a folder's lock file on the host with an empty cache, as the builder has one. In ms. The folder below `into` stays: ext4
 * looks through inodes that were just deleted before it makes new ones, so whoever installs after a removal pays for it.
 */
export async function bareInstall(folder: string, into: string): Promise<number> {
  const dir = await mkdtemp(join(into, 'bare-'))
  for (const file of ['package.json', 'package-lock.json']) await cp(join(folder, file), join(dir, file))
  const started = performance.now()
  const flags = ['--no-audit', '--no-fund', '--omit=dev', '--loglevel=error', '--cache', join(dir, 'cache')]
  await run('npm', ['ci', ...flags], { cwd: dir })
  return performance.now() - started
}

export interface BareApp {
  /** Started with `SOCKET` in its environment, on which it listens. */
  readonly command: readonly [string, ...string[]]
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
}

/** `node server.js` or `python -m uvicorn` on the host until it has answered its first request, in ms. */
export async function bareStart({ command, cwd, env }: BareApp, parent: string): Promise<number> {
  const folder = await mkdtemp(join(parent, 'bare-'))
  const socketPath = join(folder, 'app.sock')
  const [file, ...args] = command
  const started = performance.now()
  const server = spawn(
    file,
    args.map((word) => word.replace('$SOCKET', socketPath)),
    {
      cwd,
      env: { ...process.env, ...env, SOCKET: socketPath },
      stdio: 'ignore',
    },
  )
  try {
    return await untilAnswered({ socketPath, host: 'bench' }, started)
  } finally {
    const gone = once(server, 'exit')
    server.kill('SIGKILL')
    await gone
    await rm(folder, { recursive: true, force: true })
  }
}
