import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readMetric } from '../support/metrics.ts'
import type { Stack } from '../support/stack.ts'
import { startWithToldMemory, type ToldMemory } from '../support/told-memory.ts'

const SOON = { timeout: 30_000, interval: 50 }
const NAMES = ['one', 'two', 'three', 'four', 'five']

let place: ToldMemory
let stack: Stack
beforeAll(async () => {
  place = await startWithToldMemory({ MICROPUSH_CELLS: '1' })
  ;({ stack } = place)
})
afterAll(() => place[Symbol.asyncDispose]())

const ahead = () => readMetric(stack, 'micropush_sandboxes', { state: 'ahead' })
const wakes = (kind: string) => readMetric(stack, 'micropush_wake_duration_seconds_count', { kind })
const ask = async (name: string) => (await stack.ask(stack.host(`${name}--ada`))).status
const askAll = () => Promise.all(NAMES.map(ask))
const allCold = () => expect.poll(async () => (await stack.leftovers()).containers, SOON).toEqual([])

describe('sandboxes that wait for an app', () => {
  it('are as many as were wanted at once, so that the next time as many cold micros find one each', async () => {
    await using repository = await stack.repository('ada/burst')
    const list = NAMES.map((name) => `  - src: ${name}\n    runtime: nodejs24\n    sleep: { after: 200ms, cold: 1s }\n`)
    await repository.write({
      'micro.yml': `v: 1\nmicros:\n${list.join('')}`,
      ...Object.fromEntries(NAMES.map((name) => [`${name}/index.js`, 'module.exports = (_, to) => to.end()'])),
    })
    const sha = await repository.commit()
    await repository.push()
    for (const name of NAMES)
      expect(await stack.outcome('ada/burst', sha, `micropush/${name}`)).toMatchObject({ state: 'success' })
    await allCold()
    expect(await askAll()).toEqual(NAMES.map(() => 200))
    await allCold()
    await expect.poll(ahead, SOON).toBe(NAMES.length)
    const [cell, plain] = [await wakes('cell'), await wakes('plain')]
    expect(await askAll()).toEqual(NAMES.map(() => 200))
    expect([await wakes('cell'), await wakes('plain')]).toEqual([cell + NAMES.length, plain])
    await allCold()
    await expect.poll(ahead, SOON).toBe(NAMES.length)
  })

  it('are given up when memory is short, though one serves who comes then', async () => {
    const cell = await wakes('cell')
    await place.tell({ lackingKb: 512 * 1024 })
    expect(await ask('one')).toBe(200)
    expect(await wakes('cell')).toBe(cell + 1)
    await expect.poll(ahead, SOON).toBe(0)
  })
})
