import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectDocker } from '../../runner/docker/client.ts'
import { listContainers } from '../../runner/docker/containers.ts'
import { openFreezers } from '../../runner/sandbox/sleep/freezers.ts'
import { parseExposition, valueOf } from '../support/exposition.ts'
import { nodeMicro } from './support/micros.ts'
import { startStack, type Stack } from './support/stack.ts'

let stack: Stack
beforeAll(async () => {
  stack = await startStack({
    MICROPUSH_SANDBOX: 'runc',
    MICROPUSH_CELLS: '1',
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
/** Sandboxes that wait for their app: they are frozen, and no label names a deployment. */
const waiting = async (): Promise<number> => {
  const docker = connectDocker('/var/run/docker.sock')
  const instance = (await readFile(join(stack.dataDir, 'instance'), 'utf8')).trim()
  const all = await listContainers(docker, [`micropush.instance=${instance}`, 'micropush.kind=sandbox'])
  const unclaimed = all.filter(
    ({ labels, state }) => labels['micropush.deployment'] === undefined && state === 'running',
  )
  const freezers = openFreezers(docker)
  const frozen = await Promise.all(unclaimed.map(({ id }) => freezers.isFrozen({ containerId: id, isolation: 'runc' })))
  for (const { id } of unclaimed) freezers.forget(id)
  return frozen.filter(Boolean).length
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
