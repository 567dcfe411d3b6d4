import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createRawServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'
import { FakeEngine } from './engine.ts'
import { route } from './stage.ts'

const GATEWAY_ID = 64001
export const RAW_HOST = 'raw.localhost'
export const isRoot = process.getuid?.() === 0

export interface GatewayProcess {
  readonly port: number
  /** The one that was started, which starts the workers. */
  readonly child: ChildProcess
  /** The workers that have said that they serve, in order. */
  readonly workers: () => readonly Worker[]
  readonly engine: FakeEngine
  /** The engine comes back after `engine.stop()`. */
  readonly openEngine: () => Promise<void>
  /** The next log line with this message, or the one that was written since the last `forget`; with a count, so many of them are waited for. */
  readonly logs: (message: string, count?: number) => Promise<Record<string, unknown>>
  readonly forget: (message: string) => void
  readonly exited: Promise<unknown>
  /** What its first worker holds of the machine's memory, now and at most, in MB. */
  readonly memory: () => Promise<{ readonly nowMb: number; readonly peakMb: number }>
}

interface Worker {
  readonly worker: number
  readonly pid: number
  readonly connections: number
}

interface Micros {
  /** At the usual host. */
  readonly onRequest?: RequestListener
  /** At `RAW_HOST`: speaks bytes. */
  readonly onSocket?: (socket: Socket) => void
  /** The most files that each of its processes may have open. */
  readonly openFiles?: number
  /** How many workers; one by default. */
  readonly workers?: number
}

/** The gateway as `runner/gateway/main.ts` starts it, with two micros that are awake; all of it ends with the test. */
export async function startGatewayProcess({
  onRequest,
  onSocket,
  openFiles,
  workers = 1,
}: Micros = {}): Promise<GatewayProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'gw-main-'))
  const run = join(folder, 'run')
  await mkdir(run)
  for (const path of [folder, run]) await chmod(path, 0o711)
  const engine = new FakeEngine(join(run, 'gateway.sock'))
  const sockets = new Set<Socket>()
  const micro = createServer(onRequest ?? ((_request, response) => response.end('hello')))
  const rawMicro = createRawServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    onSocket?.(socket)
  })
  const paths = { d1: join(folder, 'app.sock'), d2: join(folder, 'raw.sock') }
  for (const [server, path] of [[micro, paths.d1] as const, [rawMicro, paths.d2] as const]) {
    server.listen({ path, backlog: 511 })
    await once(server, 'listening')
    await chmod(path, 0o666)
  }
  engine.snapshot = {
    type: 'snapshot',
    routes: [route(), route({ host: RAW_HOST, deploymentId: 'd2' })],
    sandboxes: Object.entries(paths).map(([deploymentId, socket]) => ({ deploymentId, sockets: [socket] })),
  }
  engine.onMessage = (message) => {
    const socket = message.type === 'wake' ? paths[message.deploymentId === 'd1' ? 'd1' : 'd2'] : undefined
    if (message.type !== 'wake' || socket === undefined) return
    engine.say({ type: 'awake', deploymentId: message.deploymentId, sockets: [socket] })
  }
  const openEngine = async (): Promise<void> => {
    await engine.start()
    if (!isRoot) return
    await chown(join(run, 'gateway.sock'), 0, GATEWAY_ID)
    await chmod(join(run, 'gateway.sock'), 0o660)
  }
  await openEngine()

  const limit = openFiles === undefined ? '' : `ulimit -n ${openFiles} && `
  const child = spawn('sh', ['-c', `${limit}exec "$0" runner/gateway/main.ts`, process.execPath], {
    env: {
      PATH: process.env['PATH'],
      MICROPUSH_DATA: folder,
      MICROPUSH_GATEWAY_PORT: '0',
      MICROPUSH_GATEWAYS: String(workers),
      MICROPUSH_DOMAIN: 'localhost',
    },
    stdio: ['ignore', 'inherit', 'pipe'],
  })
  const exited = once(child, 'exit')
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await exited
    await engine.stop()
    micro.closeAllConnections()
    for (const socket of sockets) socket.destroy()
    for (const server of [micro, rawMicro]) await new Promise((resolve) => server.close(resolve))
    await rm(folder, { recursive: true, force: true })
  })
  const { logs, forget, all } = listen(child)
  const { port } = (await logs('listening')) as { port: number }
  const serving = () => all('serving') as unknown as Worker[]
  for (let seen = 0; seen < workers; seen = serving().length) await logs('serving', seen + 1)
  const memory = async () => {
    const status = await readFile(`/proc/${serving()[0]?.pid}/status`, 'utf8')
    const mb = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024
    return { nowMb: mb('VmRSS'), peakMb: mb('VmHWM') }
  }
  return { port, child, workers: serving, engine, openEngine, logs, forget, exited, memory }
}

function listen(child: ChildProcess): Pick<GatewayProcess, 'logs' | 'forget'> & { all: (message: string) => object[] } {
  const seen = new Map<string, Record<string, unknown>[]>()
  const waiting = new Set<() => void>()
  if (child.stderr === null) throw new Error('the gateway was started without a pipe for its log')
  createInterface({ input: child.stderr }).on('line', (line) => {
    const entry = JSON.parse(line) as { message: string }
    seen.set(entry.message, [...(seen.get(entry.message) ?? []), entry])
    for (const resolve of waiting) resolve()
  })
  return {
    async logs(message, count = 1) {
      for (;;) {
        const entry = seen.get(message)?.[count - 1]
        if (entry !== undefined) return entry
        await new Promise<void>((resolve) => waiting.add(resolve))
      }
    },
    forget: (message) => seen.delete(message),
    all: (message) => seen.get(message) ?? [],
  }
}
