import { afterAll, beforeAll, expect, it } from 'vitest'
import { deploy } from '../support/deploy.ts'
import { readMetric } from '../support/metrics.ts'
import { startStack, type Stack } from '../support/stack.ts'
import { statusesOf, visit, type Visit } from '../support/visitors.ts'

const SOON = { timeout: 30_000, interval: 50 }

let stack: Stack
let visitors: Visit
beforeAll(async () => {
  stack = await startStack({
    MICROPUSH_SANDBOX: 'runc',
    MICROPUSH_IDLE_SECONDS: '0.5',
    MICROPUSH_SCALE_DOWN_SECONDS: '1',
    MICROPUSH_CELLS: '0',
  })
  await deploy(stack, {
    fullName: 'ada/crowd',
    files: {
      'micro.yml': 'v: 1\nruntime: nodejs24\nscale: { max: 2, concurrency: 5 }\n',
      'index.js': `const me = require('crypto').randomUUID()
      module.exports = (request, response) => setTimeout(() => response.end(me), 50)`,
    },
  })
})
afterAll(() => stack[Symbol.asyncDispose]())

const crowd = (count: number) => visit({ port: stack.gatewayPort, host: stack.host('crowd--ada'), count })
/** The sandboxes that have answered since it was last asked. */
const answering = () => new Set(visitors.take().map(({ body }) => body)).size
const sandboxes = () => readMetric(stack, 'micropush_sandboxes')
const allWell = async () => {
  const answers = await visitors.stop()
  expect(statusesOf(answers)).toEqual({ 200: answers.length })
}

it('a micro with more requests in hand than one sandbox is meant for gets a second one, and both answer', async () => {
  visitors = crowd(12)
  await expect.poll(answering, SOON).toBe(2)
  expect(await sandboxes()).toBe(2)
})

it('an engine that is killed finds both again, and no request is lost', async () => {
  const before = (await stack.leftovers()).containers
  expect(before).toHaveLength(2)
  await stack.parts.runner.kill('SIGKILL')
  stack.parts.runner.start()
  await stack.healthy()
  await expect.poll(sandboxes, SOON).toBe(2)
  visitors.take()
  await expect.poll(answering, SOON).toBe(2)
  expect((await stack.leftovers()).containers.toSorted()).toEqual(before.toSorted())
  await allWell()
})

it('with less to do it goes back to one, while requests go on', async () => {
  visitors = crowd(12)
  await expect.poll(answering, SOON).toBe(2)
  await allWell()
  visitors = crowd(2)
  await expect.poll(sandboxes, SOON).toBe(1)
  visitors.take()
  await expect.poll(answering, SOON).toBe(1)
  expect((await stack.leftovers()).containers).toHaveLength(1)
  await allWell()
})

it('sleeps in one sandbox', async () => {
  visitors = crowd(12)
  await expect.poll(answering, SOON).toBe(2)
  await allWell()
  await expect.poll(() => readMetric(stack, 'micropush_sandboxes', { state: 'frozen' }), SOON).toBe(1)
  await expect.poll(sandboxes, SOON).toBe(1)
  expect((await stack.ask(stack.host('crowd--ada'))).status).toBe(200)
})
