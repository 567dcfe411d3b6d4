import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { writeFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import {
  createGatewayLink,
  type Gateway,
  type GatewayLink,
} from '../../../../runner/lifecycle/gateways/gateway-link.ts'
import type { FromGateway } from '../../../../runner/gateway/protocol.ts'

let dir: string
let path: string
let link: GatewayLink
let heard: FromGateway[]
let problems: object[]
let joined: Gateway[]
let left: Gateway[]
let sockets: Socket[]
let changed = Promise.withResolvers<void>()

const note =
  <T>(list: () => T[]) =>
  (item: T) => {
    list().push(item)
    changed.resolve()
    changed = Promise.withResolvers()
  }
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await changed.promise
}

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  dir = await mkdtemp(join(tmpdir(), 'mp-link-'))
  path = join(dir, 'gateway.sock')
  ;[heard, problems, joined, left, sockets] = [[], [], [], [], []]
  await writeFile(path, 'left over')
  link = createGatewayLink({
    path,
    gid: 0,
    snapshot: () => ({ type: 'snapshot', routes: [], sandboxes: [{ deploymentId: 'd1', sockets: ['/s'] }] }),
    onJoin: note(() => joined),
    onLeave: note(() => left),
    onMessage: (message, from) => {
      if (message.type === 'wake') from.tell({ type: 'awake', deploymentId: message.deploymentId, sockets: ['/woken'] })
      note(() => heard)(message)
    },
    onProblem: (_, data) => note(() => problems)(data),
  })
  await link.listen()
})
afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  await link.close()
  await rm(dir, { recursive: true, force: true })
  vi.useRealTimers()
})

async function connectGateway() {
  const socket = connect(path)
  sockets.push(socket)
  await once(socket, 'connect')
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]()
  const next = async () => JSON.parse((await lines.next()).value as string) as Record<string, unknown>
  const snapshot = await next()
  return { socket, next, snapshot, say: (message: unknown) => socket.write(`${JSON.stringify(message)}\n`) }
}

it('replaces a left-over socket, which the gateway’s group may use and nobody else', async () => {
  expect((await stat(path)).mode & 0o777).toBe(0o660)
})

it('tells a gateway first how things stand, and afterwards what changes', async () => {
  const gateway = await connectGateway()
  expect(gateway.snapshot).toEqual({
    type: 'snapshot',
    routes: [],
    sandboxes: [{ deploymentId: 'd1', sockets: ['/s'] }],
  })
  expect(link.tell({ type: 'unroute', host: 'a.localhost' })).toBe(true)
  expect(await gateway.next()).toEqual({ type: 'unroute', host: 'a.localhost' })
})

it('says that nobody heard when there is no gateway', () => {
  expect(link.tell({ type: 'unroute', host: 'a.localhost' })).toBe(false)
})

it('answers the gateway that asked, and no other', async () => {
  const [one, other] = [await connectGateway(), await connectGateway()]
  one.say({ type: 'wake', deploymentId: 'd2' })
  expect(await one.next()).toEqual({ type: 'awake', deploymentId: 'd2', sockets: ['/woken'] })
  link.tell({ type: 'unroute', host: 'x' })
  expect(await other.next()).toEqual({ type: 'unroute', host: 'x' })
})

it('reports lines that are not of the protocol, and goes on with the next', async () => {
  const gateway = await connectGateway()
  gateway.socket.write('not json\n{"type":"explode"}\n{"type":"wake"}\n[]\n')
  gateway.say({ type: 'idle', deploymentId: 'd1' })
  await until(() => heard.length === 1)
  expect(problems).toHaveLength(4)
  expect(problems[0]).toEqual({ line: 'not json' })
})

it('puts a message together that comes in pieces', async () => {
  const gateway = await connectGateway()
  gateway.socket.write('{"type":"drai')
  gateway.socket.write('ned","deploymentId":"d1"}\n')
  await until(() => heard.length === 1)
  expect(heard).toEqual([{ type: 'drained', deploymentId: 'd1' }])
})

it('ends the connection of a gateway whose line has no end, and serves the others', async () => {
  const [endless, other] = [await connectGateway(), await connectGateway()]
  endless.socket.on('error', () => {})
  const closed = new Promise((resolve) => endless.socket.on('close', resolve))
  endless.socket.write('x'.repeat(2_000_000))
  await closed
  await until(() => left.length === 1)
  other.say({ type: 'idle', deploymentId: 'd1' })
  await until(() => heard.length === 1)
})

it('ends the connection of a gateway that does not read, before what it should read fills the memory', async () => {
  const gateway = await connectGateway()
  gateway.socket.pause()
  gateway.socket.on('error', () => {})
  const message = { type: 'gone', deploymentId: 'd1', socket: '/s', reason: 'x'.repeat(1024 * 1024) } as const
  for (let n = 0; n < 80 && link.tell(message); n += 1) await new Promise((resolve) => setImmediate(resolve))
  await until(() => left.length === 1)
  expect(link.tell(message)).toBe(false)
})

it('knows which gateways are there', async () => {
  const gateway = await connectGateway()
  await until(() => joined.length === 1)
  expect([...link.gateways()]).toEqual(joined)
  gateway.socket.destroy()
  await until(() => left.length === 1)
  expect(left).toEqual(joined)
  expect([...link.gateways()]).toEqual([])
})

it('measures how long the gateways take to answer, and has no number while one is silent or none is there', async () => {
  expect(await link.ping()).toBeUndefined()
  const answer = async () => {
    const gateway = await connectGateway()
    gateway.socket.on('data', () => {})
    return gateway
  }
  const one = await answer()
  const pong = async ({ next, say }: Awaited<ReturnType<typeof connectGateway>>) =>
    say({ type: 'pong', id: (await next())['id'] })
  const [ms] = await Promise.all([link.ping(), pong(one)])
  expect(ms).toBeGreaterThan(0)
  await answer()
  const [silent] = await Promise.all([link.ping(), pong(one)])
  expect(silent).toBeUndefined()
})

it('knows of an answer when any of the gateways does, and waits for none that is silent for long', async () => {
  const of = { deploymentId: 'd1', socket: '/s', withinMs: 5000 }
  expect(await link.haveAnswer(of)).toBe(false)
  const [one, other] = [await connectGateway(), await connectGateway()]
  const answer = async ({ next, say }: Awaited<ReturnType<typeof connectGateway>>, lately: boolean) => {
    const { id, ...asked } = await next()
    expect(asked).toEqual({ type: 'answered', ...of })
    say({ type: 'answered', id, lately })
  }
  const told = async (...lately: readonly [boolean, boolean]) => {
    const [had] = await Promise.all([link.haveAnswer(of), answer(one, lately[0]), answer(other, lately[1])])
    return had
  }
  expect(await told(false, true)).toBe(true)
  expect(await told(false, false)).toBe(false)
  const [withSilent] = await Promise.all([link.haveAnswer(of), answer(one, false)])
  expect(withSilent).toBe(false)
})

it('ends the connection of a gateway that misses two questions in a row, and of none that says anything at all', async () => {
  const [hangs, answers, talks] = [await connectGateway(), await connectGateway(), await connectGateway()]
  await until(() => joined.length === 3)
  const closed = once(hangs.socket, 'close')
  vi.advanceTimersByTime(5000)
  expect(await answers.next()).toEqual({ type: 'ping', id: 0 })
  answers.say({ type: 'pong', id: 0 })
  await talks.next()
  talks.say({ type: 'idle', deploymentId: 'd1' })
  await until(() => heard.length === 1)
  answers.say({ type: 'idle', deploymentId: 'd2' })
  await until(() => heard.length === 2)
  vi.advanceTimersByTime(5000)
  // It has missed one, as a gateway does that had no processor for so long.
  expect(await answers.next()).toEqual({ type: 'ping', id: 0 })
  answers.say({ type: 'pong', id: 0 })
  await talks.next()
  talks.say({ type: 'idle', deploymentId: 'd1' })
  await until(() => heard.length === 3)
  expect(problems).toHaveLength(0)
  expect(left).toEqual([])
  vi.advanceTimersByTime(5000)
  await closed
  await until(() => left.length === 1)
  expect(left).toEqual(joined.slice(0, 1))
  expect(await answers.next()).toEqual({ type: 'ping', id: 0 })
  expect(problems).toHaveLength(1)
})

it('a gateway that answers after it has missed one question may miss another', async () => {
  const starved = await connectGateway()
  await until(() => joined.length === 1)
  for (let missed = 1; missed <= 3; missed += 1) {
    for (let beat = 1; beat <= 2; beat += 1) {
      vi.advanceTimersByTime(5000)
      expect(await starved.next()).toEqual({ type: 'ping', id: 0 })
    }
    starved.say({ type: 'idle', deploymentId: 'd1' })
    await until(() => heard.length === missed)
  }
  expect(problems).toHaveLength(0)
})
