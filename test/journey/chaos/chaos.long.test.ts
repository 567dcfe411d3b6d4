import { afterAll, beforeAll, expect, it } from 'vitest'
import { runChaos, RUNTIME } from './chaos.ts'
import { startOwnDocker, type OwnDocker } from './own-docker.ts'

/** Each day another walk: what is found by it is found again by `npm run chaos -- --seed <its number>`. */
const today = Math.floor(Date.now() / 86_400_000)

let docker: OwnDocker
beforeAll(async () => {
  docker = await startOwnDocker(RUNTIME)
})
afterAll(() => docker[Symbol.asyncDispose]())

it.each([7, today])(
  'recovers from everything that broke in a walk at random, and leaves nothing behind (seed %i)',
  async (seed) => {
    const { events, faults, journal } = await runChaos({ seed, docker, walkMs: 35_000, settleMs: 150_000 })
    expect(faults, `seed ${seed}:\n${journal.join('\n')}`).toEqual([])
    expect(events).toBeGreaterThan(15)
  },
  // The walk and what it may take to recover, and to begin and to end.
  420_000,
)
