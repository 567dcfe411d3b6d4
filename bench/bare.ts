import { execFile, spawn } from 'node:child_process'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** What bounds the platform, measured in the same run: the bare tools on the bare host, without us. */

/** `npm ci` of a folder's lock file on the host with an empty cache, as the builder has one. In ms. */
export async function bareInstall(folder: string): Promise<number> {
  const dir = await mkdtemp(join(tmpdir(), 'mp-bare-'))
  try {
    for (const file of ['package.json', 'package-lock.json']) await cp(join(folder, file), join(dir, file))
    const started = performance.now()
    await run(
      'npm',
      ['ci', '--no-audit', '--no-fund', '--omit=dev', '--loglevel=error', '--cache', join(dir, 'cache')],
      { cwd: dir },
    )
    return performance.now() - started
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
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
