import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deploy } from '../support/deploy.ts'
import { readMetric } from '../support/metrics.ts'
import { nodeMicro, saying } from '../support/micros.ts'
import { startStack, type Stack } from '../support/stack.ts'
import { statusesOf, visit } from '../support/visitors.ts'

const IDLE_MS = 300
const SOON = { timeout: 20_000, interval: 20 }

let stack: Stack
beforeAll(async () => {
  stack = await startStack({
    MICROPUSH_SANDBOX: 'runc',
    MICROPUSH_IDLE_SECONDS: String(IDLE_MS / 1000),
    MICROPUSH_GATEWAYS: '2',
    // What waits ahead of need comes and goes beside what is counted here.
    MICROPUSH_CELLS: '0',
  })
})
afterAll(() => stack[Symbol.asyncDispose]())

const metric = (name: string, labels?: Record<string, string>) => readMetric(stack, name, labels)
const frozen = () => metric('micropush_sandboxes', { state: 'frozen' })
const hot = () => metric('micropush_sandboxes', { state: 'hot' })
const thaws = () => metric('micropush_wake_duration_seconds_count', { kind: 'frozen' })
const falls = () => metric('micropush_state_changes_total', { from: 'hot', to: 'frozen' })
const wakes = () => metric('micropush_wake_duration_seconds_count')

describe('a deployment', () => {
  it('is frozen as soon as it is live, and its first request is a thaw', async () => {
    const host = await deploy(stack, { fullName: 'ada/first', files: saying('here') })
    await expect.poll(frozen, SOON).toBe(1)
    expect(await wakes()).toBe(0)
    expect((await stack.ask(host)).body).toBe('here')
    expect([await wakes(), await thaws()]).toEqual([1, 1])
  })

  it('that sleeps is woken once for a thousand requests, through two gateways, and all are answered', async () => {
    const host = stack.host('first--ada')
    await expect.poll(hot, SOON).toBe(0)
    const before = await wakes()
    const answers = await Promise.all(Array.from({ length: 1000 }, () => stack.ask(host)))
    expect(statusesOf(answers)).toEqual({ 200: 1000 })
    expect((await wakes()) - before).toBe(1)
  })

  it('stays hot for as long as one gateway has something in hand, whatever the other one has', async () => {
    const body = "response.write('begun')\nsetTimeout(() => response.end(), request.url === '/long' ? 2500 : 0)"
    const host = await deploy(stack, { fullName: 'ada/stream', files: nodeMicro(body) })
    await expect.poll(hot, SOON).toBe(0)
    const frozenBefore = await falls()
    const long = stack.ask(host, { path: '/long' })
    // Others come and go at both gateways.
    await delay(500)
    await Promise.all(Array.from({ length: 40 }, () => stack.ask(host)))
    await delay(1500)
    expect([await hot(), (await falls()) - frozenBefore]).toEqual([1, 0])
    expect((await long).status).toBe(200)
    await expect.poll(hot, SOON).toBe(0)
  })
})

describe('an engine that is killed', () => {
  it('loses no request to what is hot, and finds frozen what was frozen', async () => {
    const host = await deploy(stack, { fullName: 'ada/busy', files: saying('busy') })
    const visitors = visit({ port: stack.gatewayPort, host, count: 4, pauseMs: 5 })
    await expect.poll(hot, SOON).toBe(1)
    const asleep = await frozen()
    expect(asleep).toBeGreaterThan(0)
    const before = (await stack.leftovers()).containers
    await stack.parts.runner.kill('SIGKILL')
    visitors.take()
    // Longer than an idle time, and than a gateway takes to try again.
    await delay(2000)
    expect(visitors.take().length).toBeGreaterThan(100)
    stack.parts.runner.start()
    await stack.healthy()
    // Longer than what has no lease stays hot in a new engine.
    await delay(3000)
    expect((await stack.leftovers()).containers.toSorted()).toEqual(before.toSorted())
    expect([await hot(), await frozen(), await wakes()]).toEqual([1, asleep, 0])
    const answers = await visitors.stop()
    expect(statusesOf(answers)).toEqual({ 200: answers.length })
    await expect.poll(frozen, SOON).toBe(asleep + 1)
    expect((await stack.ask(stack.host('first--ada'))).body).toBe('here')
    expect(await thaws()).toBe(1)
  })

  it('puts to sleep what nobody has asked for since', async () => {
    const host = stack.host('busy--ada')
    await stack.ask(host)
    await Promise.all([stack.parts.runner.kill('SIGKILL'), stack.parts.gateway.kill('SIGKILL')])
    stack.parts.gateway.start()
    stack.parts.runner.start()
    await stack.healthy()
    await expect.poll(hot, SOON).toBe(0)
    expect((await stack.ask(host)).body).toBe('busy')
  })
})

describe('a micro that crashes at every start', () => {
  it('is tried less and less often, and keeps no other one waiting', async () => {
    const neighbour = await deploy(stack, { fullName: 'ada/neighbour', files: saying('well') })
    // Well for as long as its deploy takes.
    const until = Date.now() + 15_000
    const broken = await deploy(stack, {
      fullName: 'ada/broken',
      files: {
        'micro.yml': 'v: 1\nruntime: nodejs24\n',
        'index.js': `if (Date.now() > ${until}) process.exit(1)
        module.exports = (request, response) => (request.url === '/end' ? process.exit(1) : response.end('well'))`,
      },
    })
    expect((await stack.ask(broken)).body).toBe('well')
    await delay(Math.max(0, until - Date.now()))
    await stack.ask(broken, { path: '/end' })
    const visitors = visit({ port: stack.gatewayPort, host: broken, count: 4, pauseMs: 100 })
    const took: number[] = []
    for (let n = 0; n < 10; n += 1) {
      await delay(2 * IDLE_MS)
      const startedMs = performance.now()
      expect((await stack.ask(neighbour)).body).toBe('well')
      took.push(performance.now() - startedMs)
    }
    const answers = await visitors.stop()
    expect(Object.keys(statusesOf(answers))).toEqual(['503'])
    expect(Math.max(...answers.map(({ headers }) => Number(headers['retry-after'])))).toBeGreaterThan(1)
    const tries = await metric('micropush_wake_failures_total', { fault: 'user' })
    expect(tries).toBeLessThan(answers.length / 4)
    // A thaw takes milliseconds; a start takes a second with a neighbour that crashes on two cores.
    expect(took.toSorted((a, b) => a - b)[5]).toBeLessThan(200)
  })
})
