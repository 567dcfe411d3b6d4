import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { readAppLog } from '../../../../contract/store/logs/app-logs.ts'
import { readLog } from '../../../../contract/store/logs/deployment-logs.ts'
import { answerGateway } from '../../../../runner/lifecycle/gateways/answer-gateway.ts'
import { noteExit } from '../../../../runner/lifecycle/end/note-end.ts'
import { startTestRunner, type TestRunner } from '../../support/runner.ts'

let parts: TestRunner
let socket: Socket
let next: () => Promise<unknown>
beforeEach(async () => {
  parts = await startTestRunner()
  parts.onMessage(answerGateway)
  socket = connect(parts.runner.settings.sockets.gateway)
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]()
  next = async () => {
    const message = JSON.parse((await lines.next()).value as string) as { readonly type: string }
    // Which sandboxes there are is told beside the answers.
    return message.type === 'sandboxes' ? next() : message
  }
  expect(await next()).toMatchObject({ type: 'snapshot' })
})
afterEach(async () => {
  socket.destroy()
  await parts[Symbol.asyncDispose]()
})
const say = (message: object) => socket.write(`${JSON.stringify(message)}\n`)

it('a wake is answered with the socket to dial', async () => {
  say({ type: 'wake', deploymentId: 'd1' })
  expect(await next()).toEqual({
    type: 'awake',
    deploymentId: 'd1',
    sockets: [parts.runner.fleet.sandbox('d1')?.socket],
    by: 'plain',
  })
})

it('an idle micro is frozen, and thawed by the wake that follows', async () => {
  say({ type: 'wake', deploymentId: 'd1' })
  await next()
  say({ type: 'idle', deploymentId: 'd1' })
  await vi.waitFor(() => expect(parts.runner.fleet.temperature('d1')).toBe('frozen'))
  say({ type: 'wake', deploymentId: 'd1' })
  await next()
  expect(parts.did.map((line) => line.split(' ')[0])).toEqual(['start', 'freeze', 'thaw'])
})

it('a suspect micro that runs is left alone; one that has ended is gone, and its log says why', async () => {
  say({ type: 'wake', deploymentId: 'd1' })
  await next()
  const { containerId = '', socket: path = '' } = parts.runner.fleet.sandbox('d1') ?? {}
  say({ type: 'suspect', deploymentId: 'd1', socket: path, reason: 'timeout' })
  say({ type: 'wake', deploymentId: 'd1' })
  expect(await next()).toMatchObject({ type: 'awake' })
  parts.containers.set(containerId, false)
  say({ type: 'suspect', deploymentId: 'd1', socket: path, reason: 'broken' })
  expect(await next()).toEqual({
    type: 'gone',
    deploymentId: 'd1',
    socket: path,
    reason: 'The micro ended by itself with exit code 3.',
    end: { reason: 'exit', exitCode: 3 },
  })
  expect(parts.runner.fleet.temperature('d1')).toBe('cold')
  await expect.poll(() => readLog(parts.runner.store, 'd1')).toContain('exit code 3')
})

it('a gateway that repeats its suspicion makes nobody look twice at the same time', async () => {
  say({ type: 'wake', deploymentId: 'd1' })
  await next()
  const { socket: path = '' } = parts.runner.fleet.sandbox('d1') ?? {}
  const looks = vi.spyOn(parts.runner.fleet, 'sandboxes')
  for (let n = 0; n < 50; n += 1) say({ type: 'suspect', deploymentId: 'd1', socket: path, reason: 'timeout' })
  say({ type: 'wake', deploymentId: 'd1' })
  await next()
  expect(looks.mock.calls.length).toBeLessThan(5)
})

it('a micro that crashes again and again is unavailable for as long as it is paused', async () => {
  for (let n = 0; n < 2; n += 1) {
    say({ type: 'wake', deploymentId: 'd1' })
    expect(await next()).toMatchObject({ type: 'awake' })
    const containerId = parts.runner.fleet.sandbox('d1')?.containerId ?? ''
    const exit = { sandboxId: 's', containerId, deploymentId: 'd1', exitCode: 137, oomKilled: n === 1 }
    await noteExit(parts.runner, exit)
    const reason = n === 0 ? 'ended by signal SIGKILL' : 'more memory than its limit'
    expect(await next()).toMatchObject({ type: 'gone', reason: expect.stringContaining(reason) as string })
  }
  say({ type: 'wake', deploymentId: 'd1' })
  expect(await next()).toEqual({
    type: 'unavailable',
    deploymentId: 'd1',
    message: 'This micro ended several times in a row, and is given a pause before it is started again.',
    retryAfterSeconds: 1,
  })
})

it('the end of a sandbox that the engine ended itself is no news', async () => {
  const exit = { sandboxId: 's', containerId: 'c', deploymentId: 'd1', exitCode: 0, oomKilled: false }
  await noteExit(parts.runner, exit)
  say({ type: 'wake', deploymentId: 'd1' })
  expect(await next()).toMatchObject({ type: 'awake' })
  expect(await readLog(parts.runner.store, 'd1')).toBe('')
})

it('a gateway that speaks of deployments which are not there fills no logs', async () => {
  const { store } = parts.runner
  const { id } = await parts.queued()
  for (const deploymentId of ['nobody', 'nobody-else', id])
    say({ type: 'suspect', deploymentId, socket: '/nowhere', reason: 'late' })
  await expect.poll(async () => (await readAppLog(store, id, 10)).lines).toHaveLength(1)
  for (const nobody of ['nobody', 'nobody-else']) expect((await readAppLog(store, nobody, 10)).lines).toEqual([])
})
