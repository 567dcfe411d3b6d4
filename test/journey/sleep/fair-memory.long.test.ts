import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Temperature } from '../../../contract/sandbox-state.ts'
import { deploy } from '../support/deploy.ts'
import { nodeMicro } from '../support/micros.ts'
import { stateOf } from '../support/sandbox-state.ts'
import type { Stack } from '../support/stack.ts'
import { startWithToldMemory, type ToldMemory } from '../support/told-memory.ts'

const SOON = { timeout: 30_000, interval: 50 }
const micro = nodeMicro("response.end(process.env['MICRO_DEPLOYMENT_ID'])")
/** For what is started while memory is short. */
const brief = nodeMicro('response.end()', 'sleep: { after: 200ms, cold: 1s }\n')

let place: ToldMemory
let stack: Stack
beforeAll(async () => {
  place = await startWithToldMemory({ MICROPUSH_IDLE_SECONDS: '0.3', MICROPUSH_CELLS: '0' })
  ;({ stack } = place)
})
afterAll(() => place[Symbol.asyncDispose]())

const temperature = async (id: string): Promise<Temperature> => (await stateOf(stack, id)).temperature

it('while memory is short, one owner with many frozen micros gives them up before somebody else loses the only one', async () => {
  const ids: string[] = []
  for (const fullName of ['ada/only', 'bob/first', 'bob/second', 'bob/third']) {
    const host = await deploy(stack, { fullName, files: micro })
    const id = (await stack.ask(host)).body
    ids.push(id)
    await expect.poll(() => temperature(id), SOON).toBe('frozen')
  }
  const [only = '', ...many] = ids
  const starter = await deploy(stack, { fullName: 'cyd/starter', files: brief })
  await expect.poll(async () => (await stack.leftovers()).containers.length, SOON).toBe(4)
  // Little enough for one of them, and Ada's was used longest ago.
  await place.tell({ lackingKb: 1 })
  expect((await stack.ask(starter)).status).toBe(200)
  const all = () => Promise.all([only, ...many].map(temperature))
  await expect.poll(all, SOON).toEqual(['frozen', 'cold', 'frozen', 'frozen'])
  await expect.poll(async () => (await stack.leftovers()).containers.length, SOON).toBe(3)
  expect((await stack.ask(starter)).status).toBe(200)
  await expect.poll(all, SOON).toEqual(['frozen', 'cold', 'cold', 'frozen'])
})
