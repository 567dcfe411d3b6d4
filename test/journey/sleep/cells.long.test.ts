import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectDocker } from '../../../runner/docker/client.ts'
import { listContainers } from '../../../runner/docker/containers.ts'
import { openFreezers } from '../../../runner/sandbox/sleep/freezers.ts'
import { parseExposition, valueOf } from '../../support/exposition.ts'
import { deploy } from '../support/deploy.ts'
import { nodeMicro } from '../support/micros.ts'
import { startStack, type Stack } from '../support/stack.ts'
import { statusesOf, visit } from '../support/visitors.ts'

let stack: Stack
beforeAll(async () => {
  stack = await startStack({
    MICROPUSH_SANDBOX: 'runc',
    MICROPUSH_CELLS: '1',
    MICROPUSH_CELLS_MEMORY: '0',
    MICROPUSH_IDLE_SECONDS: '0.2',
    MICROPUSH_EVICT_SECONDS: '1',
  })
})
afterAll(() => stack[Symbol.asyncDispose]())

const within = { timeout: 30_000, interval: 100 }
const told = async (name: string, labels: Readonly<Record<string, string>>): Promise<number> => {
  const answer = await fetch(`http://127.0.0.1:${stack.metricsPort}/metrics`)
  return valueOf(parseExposition(await answer.text()), name, labels)
}
/** Sandboxes that run and were nobody's when they were started. */
const startedAhead = async () => {
  const docker = connectDocker('/var/run/docker.sock')
  const instance = (await readFile(join(stack.dataDir, 'instance'), 'utf8')).trim()
  const all = await listContainers(docker, [`micropush.instance=${instance}`, 'micropush.kind=sandbox'])
  return all.filter(({ labels, state }) => labels['micropush.deployment'] === undefined && state === 'running')
}
/** Those of them that wait for their app yet: they are frozen. */
const waiting = async (): Promise<number> => {
  const unclaimed = await startedAhead()
  const freezers = openFreezers(connectDocker('/var/run/docker.sock'))
  const frozen = await Promise.all(unclaimed.map(({ id }) => freezers.isFrozen({ containerId: id, isolation: 'runc' })))
  for (const { id } of unclaimed) freezers.forget(id)
  return frozen.filter(Boolean).length
}
/** Those of them that a deployment has. */
const claimed = async (): Promise<number> => {
  const owned = (await stack.leftovers()).containers.map((line) => line.split(' ')[0] ?? '')
  return (await startedAhead()).filter(({ id }) => owned.some((short) => id.startsWith(short))).length
}
const here = async (): Promise<number> =>
  (await told('micropush_sandboxes', { state: 'frozen' })) + (await told('micropush_sandboxes', { state: 'hot' }))

describe('a micro that has no sandbox', () => {
  it('is woken in one that waited for it, and another one waits in its place', async () => {
    expect(await waiting()).toBe(0)
    await using repository = await stack.repository('ada/cold')
    await repository.write(nodeMicro("response.end('hello ' + process.env.MICRO_DEPLOYMENT_ID)"))
    const sha = await repository.commit()
    await repository.push()
    expect((await stack.outcome('ada/cold', sha, 'micropush/cold')).state).toBe('success')
    const host = stack.host('cold--ada')
    for (const wakes of [1, 2]) {
      await expect.poll(here, within).toBe(0)
      await expect.poll(waiting, within).toBe(1)
      expect((await stack.ask(host)).body).toMatch(/^hello \w+/)
      expect(await told('micropush_wake_duration_seconds_count', { kind: 'cell' })).toBe(wakes)
    }
    expect(await told('micropush_wake_duration_seconds_count', { kind: 'plain' })).toBe(0)
  })
})

describe('a micro under load', () => {
  it('gets its second sandbox from those that wait', async () => {
    const host = await deploy(stack, {
      fullName: 'ada/crowd',
      files: {
        'micro.yml': 'v: 1\nruntime: nodejs24\nscale: { max: 2, concurrency: 5 }\n',
        'index.js': `const me = require('crypto').randomUUID()
        module.exports = (request, response) => setTimeout(() => response.end(me), 50)`,
      },
    })
    const one = visit({ port: stack.gatewayPort, host, count: 1 })
    await expect.poll(here, within).toBe(1)
    await expect.poll(waiting, within).toBe(1)
    const before = await claimed()
    const visitors = visit({ port: stack.gatewayPort, host, count: 12 })
    await expect.poll(() => new Set(visitors.take().map(({ body }) => body)).size, within).toBe(2)
    expect(await claimed()).toBe(before + 1)
    const firsts = await one.stop()
    expect(statusesOf(firsts)).toEqual({ 200: firsts.length })
    const answers = await visitors.stop()
    expect(statusesOf(answers)).toEqual({ 200: answers.length })
  })
})
