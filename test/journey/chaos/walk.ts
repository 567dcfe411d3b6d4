import { setTimeout as sleep } from 'node:timers/promises'
import { faultMoves, misbehave } from './moves/faults.ts'
import { addPlace, ownerMoves } from './moves/owners.ts'
import { pullMoves } from './moves/pulls.ts'
import { pushMoves } from './moves/pushes.ts'
import type { Move, World } from './world.ts'

const moves: readonly (readonly [number, Move])[] = [...pushMoves, ...pullMoves, ...ownerMoves, ...faultMoves].map(
  (move) => [move.weight, move],
)
const LONGEST_PAUSE_MS = 150

interface Length {
  readonly durationMs: number
  readonly signal: AbortSignal
}

/** Walks at random for a while: each step is one move, after a pause that may be none. */
export async function walk(world: World, { durationMs, signal }: Length): Promise<void> {
  const { journal, random } = world
  for (let count = 0; count < 3; count++) await step(world, { weight: 1, name: 'new repository', run: addPlace })
  await step(world, { weight: 1, name: 'another day at GitHub', run: misbehave })
  const endMs = performance.now() + durationMs
  while (performance.now() < endMs && !signal.aborted) {
    await step(world, random.weighted(moves))
    await sleep(random.below(LONGEST_PAUSE_MS))
  }
  journal.say(`walked ${world.events} events far`)
}

async function step(world: World, { name, run }: Move): Promise<void> {
  const what = await run(world).catch((cause: unknown) => {
    throw new Error(`${name} failed after:\n${world.journal.lines.join('\n')}`, { cause })
  })
  if (what === undefined) return
  world.events += 1
  world.journal.say(`${name}: ${what}`)
}
