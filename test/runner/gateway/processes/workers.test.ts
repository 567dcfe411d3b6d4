import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { ask, RawClient, type Answer } from '../support/client.ts'
import { startGatewayProcess, type GatewayProcess } from '../support/process.ts'
import { HOST } from '../support/stage.ts'

function kill(gateway: GatewayProcess, worker: number): void {
  const pid = gateway.workers().findLast((one) => one.worker === worker)?.pid
  if (pid === undefined) throw new Error(`worker ${worker} does not serve`)
  process.kill(pid, 'SIGKILL')
}

async function health(gateway: GatewayProcess): Promise<unknown> {
  return JSON.parse((await ask(gateway, { host: 'localhost', path: '/healthz' })).body) as unknown
}

describe('several gateway processes', () => {
  it('share a port; one that is killed loses only its own open requests, and another takes its place', async () => {
    const held: (() => void)[] = []
    const gateway = await startGatewayProcess({
      workers: 2,
      onRequest: (request, response) => {
        if (request.url === '/held') held.push(() => response.end('held'))
        else response.end('hello')
      },
    })
    // Until it has a lease, a worker asks for one.
    const clients = Array.from({ length: 60 }, () => new RawClient(gateway))
    for (const { socket } of clients) socket.write(`GET /held HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`)
    await expect.poll(() => held.length).toBe(60)
    let ended = false
    const retried: Answer[] = []
    const load = Array.from({ length: 4 }, async () => {
      let lost = 0
      while (!ended) {
        const answer = await ask(gateway).catch(() => undefined)
        if (answer?.status === 200) continue
        lost += 1
        retried.push(await ask(gateway))
      }
      return lost
    })
    const reconnected = gateway.engine.all('holds').length + 1
    kill(gateway, 1)
    await gateway.logs('serving', 3)
    await gateway.engine.hears('holds', reconnected)
    ended = true
    // Each of the four had at most one request in the killed one's hands.
    const lost = await Promise.all(load)
    expect(Math.max(...lost)).toBeLessThanOrEqual(1)
    expect(retried.map(({ status }) => status)).toEqual(retried.map(() => 200))
    for (const answer of held) answer()
    const broken = clients.filter(({ socket }) => socket.destroyed)
    const whole = clients.filter(({ socket }) => !socket.destroyed)
    await Promise.all(whole.map((client) => client.sees('held')))
    expect(broken.length).toBeGreaterThan(0)
    expect(whole.length).toBeGreaterThan(0)
    expect(whole.every(({ text }) => text.startsWith('HTTP/1.1 200'))).toBe(true)
    // The new one has none of the leases of the one before.
    expect(gateway.engine.all('holds').at(-1)).toEqual({ type: 'holds', deploymentIds: [] })
    for (const { socket } of clients) socket.destroy()
  })

  it('say that one of them is missing while it cannot be started', async () => {
    const gateway = await startGatewayProcess({ workers: 2 })
    for (const { connections } of gateway.workers()) expect(connections).toBeLessThanOrEqual(10_000)
    expect(await health(gateway)).toMatchObject({ status: 'ok', processes: { wanted: 2, running: 2 } })
    for (let times = 1; times <= 3; times += 1) {
      await gateway.logs('serving', times + 1)
      kill(gateway, 1)
      await gateway.logs('a worker ended and is started again', times)
    }
    expect(await health(gateway)).toEqual({
      status: 'degraded',
      engine: 'connected',
      processes: { wanted: 2, running: 1 },
    })
    await gateway.logs('serving', 5)
    await expect.poll(() => health(gateway)).toMatchObject({ status: 'ok' })
  })

  it('leave who comes while none of them is there waiting for the next one', async () => {
    const gateway = await startGatewayProcess({ workers: 1 })
    kill(gateway, 1)
    await gateway.logs('a worker ended and is started again')
    expect((await ask(gateway)).body).toBe('hello')
    expect(gateway.workers()).toHaveLength(2)
  })

  it('finish what they have when they are told to end', async () => {
    const held: (() => void)[] = []
    const gateway = await startGatewayProcess({
      workers: 2,
      onRequest: (_request, response) => held.push(() => response.end('held')),
    })
    const running = [ask(gateway), ask(gateway), ask(gateway), ask(gateway)]
    await expect.poll(() => held.length).toBe(4)
    gateway.child.kill('SIGTERM')
    await gateway.logs('ending', 2)
    for (const answer of held) answer()
    expect((await Promise.all(running)).map(({ body }) => body)).toEqual(['held', 'held', 'held', 'held'])
    expect(await gateway.exited).toEqual([0, null])
  })

  it('end with the one that watches over them, even when that is killed, and leave its port to the next', async () => {
    const gateway = await startGatewayProcess({ workers: 2 })
    gateway.child.kill('SIGKILL')
    await gateway.logs('ending', 2)
    await expect.poll(() => gateway.workers().filter(({ pid }) => isThere(pid))).toEqual([])
    const refused = connect({ host: '127.0.0.1', port: gateway.port })
    const [error] = (await once(refused, 'error')) as [NodeJS.ErrnoException]
    expect(error.code).toBe('ECONNREFUSED')
  })
})

/** One that has ended, and was not asked for its exit code yet, is not there any more. */
function isThere(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
