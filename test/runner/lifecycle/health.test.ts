import { request } from 'node:http'
import type { Server } from 'node:http'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { json } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { serveHealth } from '../../../runner/lifecycle/health.ts'
import { startTestRunner, type TestRunner } from '../support/runner.ts'

let parts: TestRunner
let server: Server
beforeEach(async () => {
  parts = await startTestRunner()
  server = await serveHealth(parts.runner, 'a container')
})
afterEach(async () => {
  server.close()
  server.closeAllConnections()
  await parts[Symbol.asyncDispose]()
})

function ask(path = '/healthz'): Promise<{ status: number | undefined; body: unknown }> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath: parts.runner.settings.sockets.runner, path, agent: false }, (response) => {
      if (response.statusCode !== 200 && response.statusCode !== 503)
        return resolve({ status: response.statusCode, body: undefined })
      json(response).then((body) => resolve({ status: response.statusCode, body }), reject)
    })
    call.on('error', reject)
    call.end()
  })
}

/** A gateway that answers pings. */
function gateway() {
  const socket = connect(parts.runner.settings.sockets.gateway)
  createInterface({ input: socket }).on('line', (line) => {
    const message = JSON.parse(line) as { type: string; id: number }
    if (message.type === 'ping') socket.write(`${JSON.stringify({ type: 'pong', id: message.id })}\n`)
  })
  return socket
}

it('a runner whose daemon and gateway answer is well, and says what its sandboxes are', async () => {
  const socket = gateway()
  await expect.poll(async () => (await ask()).status).toBe(200)
  expect((await ask()).body).toEqual({
    ok: true,
    parts: { engine: 'ok', gateway: 'ok' },
    sandbox: { isolation: 'runc', means: 'a container' },
  })
  socket.destroy()
})

it('a gateway process that is missing is told of', async () => {
  const { settings } = parts.runner
  server.close()
  server.closeAllConnections()
  server = await serveHealth({ ...parts.runner, settings: { ...settings, gateways: 2 } }, 'a container')
  const [one, other] = [gateway(), gateway()]
  await expect.poll(async () => (await ask()).status).toBe(200)
  other.destroy()
  await expect
    .poll(async () => (await ask()).body)
    .toMatchObject({ ok: false, parts: { gateway: '1 of 2 gateway processes are there' } })
  one.destroy()
})

it('what does not work is named', async () => {
  parts.daemonAnswers(500)
  expect(await ask()).toMatchObject({
    status: 503,
    body: { ok: false, parts: { engine: 'the Docker daemon does not answer', gateway: 'no gateway answers' } },
  })
})

it('a daemon that never answers does not hold the answer up', async () => {
  parts.daemonAnswers(0)
  expect(await ask()).toMatchObject({ status: 503, body: { parts: { engine: 'the Docker daemon does not answer' } } })
})

it('a question that cannot be answered does not end the engine', async () => {
  const gateways = { ...parts.runner.gateways, ping: () => Promise.reject(new Error('out of order')) }
  server.close()
  server.closeAllConnections()
  server = await serveHealth({ ...parts.runner, gateways }, 'a container')
  expect((await ask()).status).toBe(500)
  expect(parts.logged.map(({ msg }) => msg)).toContain('the health could not be read')
})

it('there is nothing else to ask', async () => {
  expect(await ask('/')).toEqual({ status: 404, body: undefined })
})

it('how a deployment is can be asked as well, also of one that nobody knows', async () => {
  const { id } = await parts.starting()
  const at = `/deployments/${id}`
  expect((await ask(at)).body).toEqual({ temperature: 'cold', sandboxes: 0 })
  const { fleet } = parts.runner
  await fleet.enter(parts.sandbox(id))
  await fleet.sleep(id)
  const { body } = await ask(at)
  expect(body).toEqual({ temperature: 'frozen', sinceMs: expect.any(Number) as number, sandboxes: 1 })
  await fleet.wake(id, {})
  expect((await ask(at)).body).toEqual({ temperature: 'hot', sandboxes: 1 })
  expect((await ask('/deployments/')).status).toBe(404)
})
