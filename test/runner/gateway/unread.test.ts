import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { describeEnd } from '../../../contract/end-reason.ts'
import { ask } from './support/client.ts'
import { stage, type Stage } from './support/stage.ts'

/** A process that listens, and reads what comes unless it is stopped before. */
async function startMicro(socket: string) {
  const script = `require('net').createServer((socket) => socket.once('data', () => process.stdout.write('read')))
    .listen({ path: ${JSON.stringify(socket)}, backlog: 511 }, () => process.stdout.write('up'))`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  return child
}

/** Someone has connected, and nobody has accepted it: then there is one more socket of the name. */
async function isWaitedAt(socket: string): Promise<void> {
  const named = async () =>
    (await readFile('/proc/net/unix', 'utf8')).split('\n').filter((line) => line.endsWith(socket))
  await expect.poll(async () => (await named()).length, { interval: 5 }).toBe(2)
}

interface Scene {
  readonly stage: Stage
  readonly wakes: () => number
}

/** A micro whose first wake finds it frozen, and whose next one starts it anew. */
async function scene(): Promise<Scene> {
  let wakes = 0
  const here = await stage({
    sandboxes: (folder) => [{ deploymentId: 'd1', sockets: [join(folder, 'frozen.sock')] }],
    limits: { endMs: 5000 },
  })
  const frozen = join(here.folder, 'frozen.sock')
  const { socket: fresh } = await here.serve('fresh', (_request, response) => response.end('anew'))
  here.engine.onMessage = (message) => {
    if (message.type === 'suspect') {
      const reason = { reason: 'exit', exitCode: 0 } as const
      here.engine.say({ type: 'gone', deploymentId: 'd1', socket: frozen, reason: describeEnd(reason), end: reason })
    }
    if (message.type !== 'wake') return
    wakes += 1
    here.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [wakes === 1 ? frozen : fresh], by: 'frozen' })
  }
  return { stage: here, wakes: () => wakes }
}

it.each(['GET', 'POST'])(
  'a %s without a body that a micro has not read when it ends is answered by the next one',
  async (method) => {
    const { stage: here, wakes } = await scene()
    const micro = await startMicro(join(here.folder, 'frozen.sock'))
    micro.kill('SIGSTOP')
    const asked = ask(here, { method })
    await isWaitedAt(join(here.folder, 'frozen.sock'))
    micro.kill('SIGKILL')
    expect(await asked).toMatchObject({ status: 200, body: 'anew' })
    expect(wakes()).toBe(2)
  },
)

it('what it has read is not sent again', async () => {
  const { stage: here, wakes } = await scene()
  const micro = await startMicro(join(here.folder, 'frozen.sock'))
  const asked = ask(here)
  await once(micro.stdout, 'data')
  micro.kill('SIGKILL')
  expect(await asked).toMatchObject({ status: 502 })
  expect(wakes()).toBe(1)
})

it('what nobody reads at a micro that goes on is refused after one wait for its end', async () => {
  const endMs = 1000
  const here = await stage({
    sandboxes: (folder) => [{ deploymentId: 'd1', sockets: [join(folder, 'deaf.sock')] }],
    limits: { endMs },
  })
  const socket = join(here.folder, 'deaf.sock')
  here.engine.onMessage = ({ type }) => {
    if (type === 'wake') here.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [socket] })
  }
  const micro = await startMicro(socket)
  micro.kill('SIGSTOP')
  const asked = ask(here)
  await isWaitedAt(socket)
  await here.engine.hears('wake')
  await here.engine.settled()
  // Who listens is gone with all that waits for it, and of the sandbox nothing is said.
  const sinceMs = performance.now()
  micro.kill('SIGKILL')
  expect(await asked).toMatchObject({ status: 502 })
  const tookMs = performance.now() - sinceMs
  expect(tookMs).toBeGreaterThan(0.9 * endMs)
  expect(tookMs).toBeLessThan(1.9 * endMs)
})
