import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server } from 'node:net'
import { networkInterfaces } from 'node:os'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listRules } from '../../../runner/network/iptables.ts'
import { shortHash } from '../../../runner/network/ensure-networks.ts'
import { isolationsHere, openStage, probe, runInside, type Stage } from './stage.ts'
import { setTraps, type Traps } from './traps.ts'
import type { Sandbox } from '../../../runner/sandbox/sandbox.ts'

/** Metadata services, neighbours, carriers' and test networks: one of each kind. */
const forbidden = [
  '169.254.169.254',
  '169.254.170.2',
  '100.100.100.200',
  '10.77.88.99',
  '172.27.77.88',
  '192.168.77.88',
  '198.18.7.8',
  '192.0.0.192',
]
/** Stands for the internet: an address for documentation (RFC 5737) that leads into the trap as well. */
const internet = '198.51.100.7'
const opened = '10.77.88.100'
const ports = [80, 25]
const REARRANGING_MS = 2500

describe.each(await isolationsHere())('what a sandbox can reach under %s', (isolation) => {
  let stage: Stage
  let traps: Traps
  let sandbox: Sandbox

  beforeAll(async () => {
    traps = await setTraps([...forbidden, internet, opened], ports)
    stage = await openStage(isolation, [{ network: opened, port: 80 }])
    sandbox = await stage.start(probe)
  })
  afterAll(async () => {
    await stage.close()
    await traps.close()
    const rules = [...(await listRules('filter')), ...(await listRules('mangle'))]
    expect(rules.filter((rule) => rule.includes(shortHash(stage.context.instance)))).toEqual([])
  })

  /** Dials from inside, all at once. @returns for each what came of it: `open`, or how it failed. */
  async function dial(targets: readonly (readonly [string, number])[]): Promise<Record<string, string>> {
    const { value } = await runInside(
      sandbox,
      `const dial = ([host, port]) => new Promise((resolve) => {
         const socket = require('net').connect({ host, port, timeout: 1500 })
         const done = (what) => { socket.destroy(); resolve([host + ':' + port, what]) }
         socket.on('data', () => done('open')); socket.on('timeout', () => done('no answer')); socket.on('error', (e) => done(e.code))
       })
       return Object.fromEntries(await Promise.all(${JSON.stringify(targets)}.map(dial)))`,
    )
    return value as Record<string, string>
  }
  const all = (addresses: readonly string[], port: number) => addresses.map((address) => [address, port] as const)
  const none = (addresses: readonly string[], port: number) =>
    Object.fromEntries(addresses.map((address) => [`${address}:${port}`, expect.not.stringMatching('open')]))

  test('is the internet', async () => {
    expect(await dial([[internet, 80]])).toEqual({ [`${internet}:80`]: 'open' })
  })

  test('is no private and no metadata address', async () => {
    expect(await dial(all(forbidden, 80))).toEqual(none(forbidden, 80))
  })

  test('is what the operator opened, and no more of it', async () => {
    expect(
      await dial([
        [opened, 80],
        [opened, 25],
      ]),
    ).toEqual({
      [`${opened}:80`]: 'open',
      [`${opened}:25`]: 'no answer',
    })
  })

  test('is no mail server', async () => {
    expect(await dial([[internet, 25]])).toEqual(none([internet], 25))
  })

  test('is a name server', async () => {
    const { value, error } = await runInside(
      sandbox,
      `return require('dns').promises.resolve4('no-such-name.invalid').then(() => 'answered', (e) => e.code)`,
    )
    // NXDOMAIN is an answer, a timeout is none.
    expect(value ?? error).toBe('ENOTFOUND')
  })

  test('is no port of the host, by whichever address', async () => {
    const server = createServer((socket) => void socket.on('error', () => {}).end('the host')).listen(0, '0.0.0.0')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const addresses = Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .filter(({ family, internal }) => family === 'IPv4' && !internal)
      .map(({ address }) => address)
    expect(addresses.length).toBeGreaterThan(1)
    for (const address of addresses) await assertOpen(address, port)
    expect(await dial(all(addresses, port))).toEqual(none(addresses, port))
    await closed(server)
  })

  test('is no other sandbox', async () => {
    const neighbour = await stage.start({
      files: {
        'server.js': `
          require('net').createServer((s) => s.on('error', () => {}).end('neighbour')).listen(9000, '0.0.0.0', () =>
            require('http').createServer((q, r) => r.end('x')).listen(process.env.PORT))`,
      },
      command: 'exec node server.js',
    })
    const { NetworkSettings } = await stage.docker.getContainer(neighbour.containerId).inspect()
    const address = NetworkSettings.Networks[stage.context.network]?.IPAddress ?? ''
    await assertOpen(address, 9000)
    expect(await dial([[address, 9000]])).toEqual(none([address], 9000))
  })

  test('is no private address while Docker rearranges its own rules, as it does for each new network', async () => {
    const target = forbidden[3] ?? ''
    const dialling = runInside(
      sandbox,
      `const net = require('net')
       const dial = (host) => new Promise((resolve) => {
         const socket = net.connect({ host, port: 80, timeout: 250 })
         const done = (open) => { socket.destroy(); resolve(open) }
         socket.on('data', () => done(true)); socket.on('timeout', () => done(false)); socket.on('error', () => done(false))
       })
       const tries = [], end = Date.now() + ${REARRANGING_MS}
       while (Date.now() < end) {
         tries.push(dial('${target}'))
         await new Promise((resolve) => setTimeout(resolve, 2))
       }
       const open = (await Promise.all(tries)).filter(Boolean).length
       return { open, tries: tries.length, internet: await dial('${internet}') }`,
    )
    let networks = 0
    for (const deadline = Date.now() + REARRANGING_MS; Date.now() < deadline; networks += 1) {
      const network = await stage.docker.createNetwork({ Name: `mp-rearranges-${networks}` })
      await network.remove()
    }
    expect(networks).toBeGreaterThan(3)
    const { value } = await dialling
    expect(value).toMatchObject({ open: 0, internet: true })
    expect((value as { tries: number }).tries).toBeGreaterThan(100)
  })

  test('is nothing by IPv6, of which it has none', async () => {
    const { value } = await runInside(
      sandbox,
      `return Object.values(require('os').networkInterfaces()).flat().filter((i) => !i.internal).map((i) => i.family)`,
    )
    expect(value).toEqual(['IPv4'])
  })
})

/** The proof that there was something to reach. */
async function assertOpen(host: string, port: number): Promise<void> {
  const socket = connect({ host, port, timeout: 3000 })
  socket.on('timeout', () => socket.destroy(new Error(`nothing listens at ${host}:${port}`)))
  await once(socket, 'data')
  socket.destroy()
}

async function closed(server: Server): Promise<void> {
  server.close()
  await once(server, 'close')
}
