import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readInstance } from '../../../../runner/ground/instance.ts'
import { startStack, type Stack } from '../../../journey/support/stack.ts'
import { setTraps, type Traps } from '../../sandbox/traps.ts'
import { BUILDER_SECONDS, type Hostile, type Scene } from './hostile.ts'
import { expectNothingLeft } from './nothing-left.ts'
import { openNeighbour } from './neighbours.ts'
import { openScene } from './scene.ts'
import { pushHostile } from './push.ts'
import { all, internet, names, port, resolver } from './surroundings.ts'

/** 99 of 100 answers of a neighbour, on a machine whose processors the hostile ones fight for. A quiet one takes some 3 ms. */
const NEIGHBOUR_P99_MS = 1000
const PUSHES_AT_ONCE = 6

const micros = join(import.meta.dirname, '..', 'micros')

export type Named = readonly [name: string, hostile: Hostile]

/** Every folder of `micros/`, with its description. */
export async function readHostile(): Promise<Named[]> {
  const only = process.env['HOSTILE']
  const found = (await readdir(micros))
    .toSorted()
    .filter((name) => only === undefined || only.split(',').includes(name))
  return Promise.all(
    found.map(async (name) => {
      const { default: hostile } = (await import(join(micros, name, 'expect.ts'))) as { default: Hostile }
      return [name, hostile] as const
    }),
  )
}

/** Declares the tests: all of them on one stack of their own, beside two neighbours that are asked all the time. */
export function hostileSuite(isolation: 'runc' | 'gvisor', hostile: readonly Named[]): void {
  describe(`under ${isolation}`, () => {
    let traps: Traps
    let stack: Stack
    let neighbours: Scene['neighbours']
    let began: number
    const after = new AsyncDisposableStack()
    const token = randomBytes(20).toString('hex')

    beforeAll(async () => {
      traps = await setTraps(all, [port], names)
      after.defer(() => traps.close())
      const secrets = { NPM_TOKEN: token, NODE_AUTH_TOKEN: token, GITHUB_TOKEN: token, AWS_SECRET_ACCESS_KEY: token }
      const settings = { MICROPUSH_SANDBOX: isolation, MICROPUSH_DNS: resolver, MICROPUSH_BUILDS: '3' }
      const deadlines = {
        MICROPUSH_ANSWER_SECONDS: '12',
        MICROPUSH_INSTALL_SECONDS: String(BUILDER_SECONDS),
        MICROPUSH_BUILD_SECONDS: String(BUILDER_SECONDS),
      }
      stack = await startStack({ ...settings, ...deadlines, ...secrets })
      after.defer(() => clear(stack))
      neighbours = { node: await openNeighbour(stack, 'node'), python: await openNeighbour(stack, 'python') }
      for (const neighbour of Object.values(neighbours)) after.defer(() => neighbour.stop())
      await deployAll()
      began = performance.now()
    })

    async function deployAll(): Promise<void> {
      const rest = hostile.filter(([, { deployed }]) => deployed === 'beforehand').map(([name]) => name)
      const worker = async () => {
        for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
          const { state, description } = await pushHostile(stack, name)
          expect(`${name}: ${state}: ${description}`).toContain(': success: ')
        }
      }
      await Promise.all(Array.from({ length: PUSHES_AT_ONCE }, worker))
    }

    afterAll(() => after.disposeAsync())

    for (const [name, { does, contained }] of hostile)
      it(`a micro that ${does} is contained`, async () => {
        const startMs = performance.now()
        const dialled = traps.connections().length
        await contained(openScene({ isolation, stack, traps, neighbours, name, token }))
        for (const neighbour of Object.values(neighbours)) {
          expect(neighbour.since(startMs).wrong).toEqual([])
        }
        const arrived = traps.connections().slice(dialled)
        expect(arrived.filter((line) => ![internet, resolver].includes(line.split(' ')[1] ?? ''))).toEqual([])
      })

    it('the neighbours answered all the time, and in time', () => {
      for (const [language, neighbour] of Object.entries(neighbours)) {
        const { answers, wrong, p99Ms, slowestMs } = neighbour.since(began)
        console.log(
          `${isolation}: ${answers} answers of ${language}, p99 ${p99Ms.toFixed(0)} ms, slowest ${slowestMs.toFixed(0)} ms`,
        )
        expect(wrong).toEqual([])
        expect(answers).toBeGreaterThan(0)
        expect(p99Ms).toBeLessThan(NEIGHBOUR_P99_MS)
      }
    })
  })
}

async function clear(stack: Stack): Promise<void> {
  const instance = await readInstance(stack.dataDir)
  await stack[Symbol.asyncDispose]()
  await expectNothingLeft(instance, stack.dataDir)
}
