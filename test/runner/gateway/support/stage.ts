import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createRawServer, type AddressInfo, type Server as RawServer, type Socket } from 'node:net'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { parseTrustedProxies } from '../../../../contract/trusted-proxies.ts'
import { createGateway, type Gateway } from '../../../../runner/gateway/gateway.ts'
import { gatewayLimits, type GatewayLimits } from '../../../../runner/gateway/limits.ts'
import { createLog } from '../../../../runner/gateway/log.ts'
import type { Route } from '../../../../runner/gateway/protocol.ts'
import { FakeEngine } from './engine.ts'

export const HOST = 'hello--ada.localhost'

export interface Stage {
  readonly folder: string
  readonly engine: FakeEngine
  readonly gateway: Gateway
  readonly port: number
  readonly log: string[]
  /** A micro that is a real HTTP server on a unix socket. */
  readonly serve: (
    name: string,
    listener: RequestListener,
  ) => Promise<{ readonly socket: string; readonly server: Server }>
  /** One that speaks bytes. */
  readonly serveRaw: (
    name: string,
    onSocket: (socket: Socket) => void,
  ) => Promise<{ readonly socket: string; readonly server: RawServer }>
}

interface StageOptions {
  readonly limits?: Partial<GatewayLimits>
  readonly idleMs?: number
  /** As the setting has it. */
  readonly trustedProxies?: string
  readonly routes?: readonly Route[]
  readonly sandboxes?: (folder: string) => { deploymentId: string; sockets: string[] }[]
  /** The engine is not started, the test does that itself. */
  readonly engineAway?: boolean
}

/** A gateway on a free port with a fake engine behind it; all of it ends with the test. */
export async function stage(options: StageOptions = {}): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'gw-'))
  const engine = new FakeEngine(join(folder, 'control.sock'))
  engine.snapshot = {
    type: 'snapshot',
    routes: (options.routes ?? [route()]).map((one) => ({ ...one, idleMs: options.idleMs ?? one.idleMs })),
    sandboxes: options.sandboxes?.(folder) ?? [],
  }
  const log: string[] = []
  const gateway = createGateway({
    controlSocket: join(folder, 'control.sock'),
    domain: 'localhost:8080',
    scheme: 'http',
    trustedProxies: parseTrustedProxies(options.trustedProxies ?? ''),
    limits: { ...gatewayLimits, shutdownMs: 500, endMs: 100, ...options.limits },
    log: createLog((line) => log.push(line)),
  })
  gateway.server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 })
  await once(gateway.server, 'listening')
  const closers: (() => Promise<void>)[] = []
  onTestFinished(async () => {
    for (const close of closers) await close()
    await gateway.close()
    await engine.stop()
    await rm(folder, { recursive: true, force: true })
  })
  if (options.engineAway !== true) await engine.start()
  gateway.open()
  if (options.engineAway !== true) await untilConnected(engine)
  return {
    folder,
    engine,
    gateway,
    port: (gateway.server.address() as AddressInfo).port,
    log,
    async serve(name, listener) {
      const server = createServer({ requestTimeout: 0 }, listener)
      const socket = join(folder, `${name}.sock`)
      server.listen({ path: socket, backlog: 511 })
      await once(server, 'listening')
      closers.push(async () => {
        server.closeAllConnections()
        if (server.listening) await new Promise((resolve) => server.close(resolve))
      })
      return { socket, server }
    },
    async serveRaw(name, onSocket) {
      const sockets = new Set<Socket>()
      const server = createRawServer({ allowHalfOpen: true }, (client) => {
        sockets.add(client)
        client.on('error', () => undefined)
        onSocket(client)
      })
      const socket = join(folder, `${name}.sock`)
      server.listen(socket)
      await once(server, 'listening')
      closers.push(async () => {
        for (const client of sockets) client.destroy()
        await new Promise((resolve) => server.close(resolve))
      })
      return { socket, server }
    },
  }
}

export function route(changes: Partial<Route> = {}): Route {
  return {
    host: HOST,
    deploymentId: 'd1',
    micro: 'hello',
    timeoutMs: 5000,
    payloadBytes: 5.5 * 1024 * 1024,
    noindex: false,
    idleMs: 60_000,
    scale: { max: 1, concurrency: 50 },
    ...changes,
  }
}

/** The usual stage: one micro that is awake. */
export async function stageWith(
  listener: RequestListener,
  options: StageOptions & { readonly route?: Partial<Route> } = {},
): Promise<Stage> {
  const made = await stage({ ...options, routes: [route(options.route)] })
  const { socket } = await made.serve('d1', listener)
  made.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [socket] })
  await made.engine.settled()
  return made
}

async function untilConnected(engine: FakeEngine): Promise<void> {
  while (engine.all('pong').length === 0) {
    engine.say({ type: 'ping', id: 0 })
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}
