import { execFile, spawn } from 'node:child_process'
import { cp, mkdtemp } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const BOOT_DEADLINE_MS = 10_000

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

/** `node server.js` on the host until it has answered its first request, in ms. */
export async function bareBoot(folder: string, port: number): Promise<number> {
  const started = performance.now()
  const server = spawn(process.execPath, [join(folder, 'bare-server.cjs')], {
    env: { ...process.env, PORT: String(port) },
    stdio: 'ignore',
  })
  try {
    for (;;) {
      if (performance.now() - started > BOOT_DEADLINE_MS) throw new Error('the bare server did not answer')
      try {
        await get(port)
        return performance.now() - started
      } catch {
        // Not listening yet.
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
    }
  } finally {
    server.kill('SIGKILL')
  }
}

/** `docker run --rm IMAGE true` with the runtime's image, in ms. */
export async function dockerRun(image: string, runtime: string): Promise<number> {
  const started = performance.now()
  await run('docker', ['run', '--rm', '--runtime', runtime, '--network', 'none', '--entrypoint', '/bin/true', image])
  return performance.now() - started
}

function get(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, agent: false }, (response) => {
      response.resume()
      response.on('end', () => resolve())
    })
      .on('error', reject)
      .end()
  })
}
