import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { createRandom } from '../../support/random.ts'
import { startStack } from '../support/stack.ts'
import { connectGitHub } from './github.ts'
import { createJournal } from './journal.ts'
import type { OwnDocker } from './own-docker.ts'
import { settle } from './settle.ts'
import { walk } from './walk.ts'
import type { World } from './world.ts'

export const RUNTIME = 'nodejs24'

export interface Chaos {
  readonly seed: number
  /** How long things are broken. */
  readonly walkMs: number
  /** How long everything has, after that, to be as it should. */
  readonly settleMs: number
  readonly docker: OwnDocker
  readonly tell?: (line: string) => void
  /** Where the processes' logs are kept. */
  readonly keep?: string | undefined
  /** Ends the walk early. */
  readonly signal?: AbortSignal
}

export interface ChaosEnd {
  readonly events: number
  readonly faults: readonly string[]
  /** The walk, to be read by people. */
  readonly journal: readonly string[]
}

/** A whole platform, broken at random for a while; what was still wrong with it afterwards. */
export async function runChaos(chaos: Chaos): Promise<ChaosEnd> {
  const { seed, walkMs, settleMs, docker, tell, keep, signal = new AbortController().signal } = chaos
  const journal = createJournal(tell)
  const over = {
    MICROPUSH_SANDBOX: 'runc',
    MICROPUSH_RECONCILE_SECONDS: '4',
    DOCKER_HOST: docker.host,
    LOG_LEVEL: 'debug',
  }
  await using stack = await startStack(over, undefined, docker.inside)
  const world: World = {
    stack,
    docker,
    journal,
    github: connectGitHub(stack.forgeUrl),
    random: createRandom(seed),
    places: [],
    forks: [],
    away: new Map(),
    events: 0,
  }
  journal.say(`seed ${seed}`)
  try {
    await walk(world, { durationMs: walkMs, signal })
    const faults = signal.aborted ? [] : await settle(world, settleMs)
    return { events: world.events, faults, journal: journal.lines }
  } catch (error) {
    // What is to be taken away can only be taken away by a daemon that runs.
    await docker.part.kill()
    docker.part.start()
    await docker.ready()
    throw error
  } finally {
    if (keep !== undefined) await cp(join(stack.dataDir, 'logs'), keep, { recursive: true })
    await Promise.all([...world.places, ...world.forks].map(({ clone }) => clone[Symbol.asyncDispose]()))
  }
}
