import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createGateway, type Gateway } from '../../../../runner/gateway/gateway.ts'
import { gatewayLimits } from '../../../../runner/gateway/limits.ts'
import { createLog } from '../../../../runner/gateway/log.ts'
import { createFleet, type Fleet } from '../../../../runner/lifecycle/fleet/fleet.ts'
import { createDrains } from '../../../../runner/lifecycle/gateways/drains.ts'
import { createGatewayLink, type GatewayLink } from '../../../../runner/lifecycle/gateways/gateway-link.ts'
import type { Sandbox } from '../../../../runner/sandbox/sandbox.ts'

/** Long enough for a wake to come in between, short enough for many rounds. */
const IDLE_MS = 4
const ROUNDS = 250
const CLIENTS = 4

/** A real server on a unix socket that does nothing while it is frozen. */
interface Micro {
  readonly server: Server
  readonly waiting: Set<() => void>
  frozen: boolean
  inHand: number
}

let folder: string
let fleet: Fleet
let link: GatewayLink
let gateways: Gateway[]
let micros: Map<string, Micro>
let starts = 0
/** Requests that were in a sandbox when it was ended. */
let lost = 0
const did = { freeze: 0, thaw: 0, destroy: 0, keep: 0 }

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'race-'))
  micros = new Map()
  const drains = createDrains(() => link.gateways())
  const of = ({ id }: Sandbox): Micro => {
    const micro = micros.get(id)
    if (micro === undefined) throw new Error('it is no more')
    return micro
  }
  fleet = createFleet({
    actions: {
      start,
      quiet: () => Promise.resolve(),
      async freeze(sandbox) {
        did.freeze += 1
        of(sandbox).frozen = true
        await delay(1)
      },
      thaw(sandbox) {
        did.thaw += 1
        const micro = of(sandbox)
        micro.frozen = false
        for (const go of micro.waiting) go()
      },
      async destroy(sandbox) {
        did.destroy += 1
        const micro = of(sandbox)
        // What is on its way arrives.
        await delay(2)
        lost += micro.inHand
        micro.server.close()
        micro.server.closeAllConnections()
        micros.delete(sandbox.id)
      },
      retire: () => Promise.resolve(),
      announce: (deploymentId, sockets) => void link.tell({ type: 'sandboxes', deploymentId, sockets }),
      drain: ({ deploymentId, socket }, signal) => drains.drain(deploymentId, signal, { socket, longestMs: 30_000 }),
    },
    policy: () => ({ idleMs: IDLE_MS, coldMs: 60_000, scale: { max: 1, concurrency: 50 } }),
    scaleDownMs: 1000,
    metrics: { wake: () => {}, state: () => {}, evicted: () => {} },
    pressure: () => 'none',
    onProblem: (message) => {
      throw new Error(message)
    },
  })
  const limits = { timeoutMs: 10_000, payloadBytes: 1_000_000 }
  const names = { host: 'race.localhost', deploymentId: 'd1', micro: 'race', noindex: false }
  const route = { ...names, ...limits, idleMs: IDLE_MS, scale: { max: 1, concurrency: 50 } }
  link = createGatewayLink({
    path: join(folder, 'control.sock'),
    gid: 0,
    snapshot: () => ({ type: 'snapshot', routes: [route], sandboxes: fleet.known() }),
    onJoin: (gateway) => drains.joined(gateway),
    onLeave: (gateway) => {
      drains.left(gateway)
      fleet.gatewayLeft(gateway)
    },
    onMessage(message, gateway) {
      if (message.type === 'idle') fleet.idle(message.deploymentId, gateway)
      if (message.type === 'holds') fleet.holds(message.deploymentIds, gateway)
      if (message.type === 'drained') drains.drained(message.socket ?? message.deploymentId, gateway)
      if (message.type !== 'wake') return
      const { deploymentId } = message
      void fleet.wake(deploymentId, gateway).then((woken) => gateway.tell({ type: 'awake', deploymentId, ...woken }))
    },
    onProblem: (message) => {
      throw new Error(message)
    },
  })
  await link.listen()
  gateways = await Promise.all([openGateway(), openGateway()])
  await expect.poll(() => [...link.gateways()].length).toBe(2)
})
afterEach(async () => {
  await Promise.all(gateways.map((gateway) => gateway.close()))
  await fleet.destroy('d1')
  fleet.close()
  await link.close()
  await rm(folder, { recursive: true })
})

async function start(deploymentId: string): Promise<Sandbox> {
  const id = `s${++starts}`
  const socket = join(folder, `${id}.sock`)
  const micro: Micro = { server: createServer(), waiting: new Set(), frozen: false, inHand: 0 }
  micro.server.on('request', (incoming, response) => {
    micro.inHand += 1
    response.on('close', () => (micro.inHand -= 1))
    incoming.resume()
    const answer = () => {
      micro.waiting.delete(answer)
      response.end(id)
    }
    if (micro.frozen) micro.waiting.add(answer)
    else answer()
  })
  micros.set(id, micro)
  micro.server.listen(socket)
  await once(micro.server, 'listening')
  const names = { id, containerId: `c-${id}`, deploymentId, socket }
  return { ...names, isolation: 'runc', startedBy: 'plain', startedAtMs: Date.now() }
}

async function openGateway(): Promise<Gateway> {
  const gateway = createGateway({
    controlSocket: join(folder, 'control.sock'),
    domain: 'localhost',
    scheme: 'http',
    trustedProxies: [],
    limits: gatewayLimits,
    log: createLog(() => {}),
  })
  gateway.server.listen({ host: '127.0.0.1', port: 0 })
  await once(gateway.server, 'listening')
  gateway.open()
  return gateway
}

/** Every other one may not be sent twice. */
async function ask(port: number, n: number, agent: Agent): Promise<number> {
  const call = request({
    host: '127.0.0.1',
    port,
    agent,
    method: n % 2 === 0 ? 'GET' : 'POST',
    headers: { host: 'race.localhost' },
    timeout: 8000,
  })
  call.on('timeout', () => call.destroy(new Error('a request waits in a sandbox that nobody thaws')))
  call.end()
  const [response] = (await once(call, 'response')) as [{ statusCode: number; resume(): void }]
  response.resume()
  return response.statusCode
}

it('no request is lost to a freeze, a thaw or an eviction that it races with, through two gateways', async () => {
  const agent = new Agent({ keepAlive: true })
  const statuses = new Map<number, number>()
  const ports = gateways.map(({ server }) => (server.address() as AddressInfo).port)
  /** Pauses about the idle time, so that sleep and request meet. */
  const client = async (which: number) => {
    for (let n = 0; n < ROUNDS; n += 1) {
      const status = await ask(ports[(which + n) % 2] ?? 0, n + which, agent)
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      await delay((n * 7 + which * 3) % (4 * IDLE_MS))
    }
  }
  const running = { clients: true }
  const evictor = async () => {
    for (let n = 0; running.clients; n += 1) {
      const before = did.destroy
      await fleet.evict('d1', 'time')
      if (fleet.temperature('d1') !== 'cold' && did.destroy === before) did.keep += 1
      await delay(n % 3)
    }
  }
  const evicting = evictor()
  await Promise.all(Array.from({ length: CLIENTS }, (_, which) => client(which)))
  running.clients = false
  await evicting
  agent.destroy()
  expect([...statuses]).toEqual([[200, ROUNDS * CLIENTS]])
  expect(lost).toBe(0)
  // All of it took place, again and again.
  expect(Math.min(did.freeze, did.thaw + did.destroy)).toBeGreaterThan(10)
  expect(did.destroy).toBeGreaterThan(5)
})
