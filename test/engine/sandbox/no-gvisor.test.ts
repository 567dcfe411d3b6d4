import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, request, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)
const DOCKER = '/var/run/docker.sock'
const ours = (file: string): string[] => [
  '--disable-warning=ExperimentalWarning',
  join(import.meta.dirname, '../../../runner', file),
]

/** The Docker daemon of this machine behind another socket, on which it knows runc alone. */
async function daemonWithoutGvisor(path: string): Promise<AsyncDisposable> {
  const server = createServer((asked, answer) => {
    const { method, url = '/', headers } = asked
    const onward = request({ socketPath: DOCKER, method, path: url, headers }, (told) => void pass(told))
    const pass = async (told: IncomingMessage): Promise<void> => {
      if (!url.endsWith('/info')) {
        answer.writeHead(told.statusCode ?? 500, told.headers)
        told.pipe(answer)
        return
      }
      const info = JSON.parse((await buffer(told)).toString()) as { readonly Runtimes: Record<string, unknown> }
      answer.writeHead(told.statusCode ?? 500, { 'content-type': 'application/json' })
      answer.end(JSON.stringify({ ...info, Runtimes: { runc: info.Runtimes['runc'] } }))
    }
    asked.pipe(onward)
  })
  server.listen(path)
  await once(server, 'listening')
  return {
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

test('a runner that is told to use gVisor does not start where the Docker daemon has none, and says what to do', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'mp-'))
  const socket = join(dataDir, 'docker.sock')
  const env = { ...process.env, MICROPUSH_DATA: dataDir, DOCKER_HOST: `unix://${socket}` }
  try {
    await using _daemon = await daemonWithoutGvisor(socket)
    const started = run(process.execPath, ours('main.ts'), {
      env: { ...env, MICROPUSH_SANDBOX: 'gvisor' },
      timeout: 60_000,
    })
    await expect(started).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/MICROPUSH_SANDBOX=gvisor asks for gVisor.*npm run install-gvisor/) as string,
    })
    await run(process.execPath, ours('clear.ts'), { env })
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
})
