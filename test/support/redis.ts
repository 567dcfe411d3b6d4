import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'

export interface TestRedis extends AsyncDisposable {
  /** Path of its unix socket. */
  readonly socket: string
  /** SIGKILL, and wait until it is gone. */
  kill(): Promise<void>
  /** Start again on the same data. */
  restart(): Promise<void>
}

/** A Redis of one test's own: durable as in production, on a unix socket in a temporary folder. */
export async function startTestRedis(): Promise<TestRedis> {
  const dir = await mkdtemp(join(tmpdir(), 'mp-redis-'))
  const socket = join(dir, 'redis.sock')
  let server = await start(dir, socket)
  const kill = async () => {
    if (server.exitCode === null && server.signalCode === null) {
      server.kill('SIGKILL')
      await once(server, 'exit')
    }
  }
  return {
    socket,
    kill,
    async restart() {
      await kill()
      server = await start(dir, socket)
    },
    async [Symbol.asyncDispose]() {
      await kill()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

async function start(dir: string, socket: string): Promise<ChildProcess> {
  const args = ['--port', '0', '--unixsocket', socket, '--dir', dir, '--save', '', '--appendonly', 'yes']
  const server = spawn('redis-server', [...args, '--appendfsync', 'always', '--maxmemory-policy', 'noeviction'], {
    stdio: 'ignore',
  })
  server.on('error', (error) => {
    throw error
  })
  const probe = new Redis(socket, { maxRetriesPerRequest: null, retryStrategy: () => 10 })
  probe.on('error', () => {})
  await probe.ping()
  probe.disconnect()
  return server
}
