import { setTimeout as sleep } from 'node:timers/promises'
import type { Move, World } from '../world.ts'

/** What breaks: processes that are killed, and a GitHub that has a bad day. */
export const faultMoves: readonly Move[] = [
  { weight: 1, name: 'bot killed', run: (world) => kill(world, 'bot') },
  { weight: 1, name: 'runner killed', run: (world) => kill(world, 'runner') },
  { weight: 0.5, name: 'gateway killed', run: (world) => kill(world, 'gateway') },
  { weight: 0.7, name: 'Redis killed', run: (world) => kill(world, 'redis') },
  { weight: 0.4, name: 'Docker killed', run: killDocker },
  { weight: 2, name: 'another day at GitHub', run: misbehave },
]

async function kill({ stack, random }: World, name: 'bot' | 'runner' | 'gateway' | 'redis'): Promise<string> {
  const awayMs = random.below(1500)
  await stack.parts[name].kill('SIGKILL')
  await sleep(awayMs)
  stack.parts[name].start()
  return `back after ${awayMs} ms`
}

async function killDocker({ docker, random }: World): Promise<string> {
  const awayMs = random.below(2000)
  await docker.part.kill('SIGKILL')
  await sleep(awayMs)
  docker.part.start()
  await docker.ready()
  return `back after ${awayMs} ms`
}

/** Other chances for deliveries and requests to go wrong; each day has its own. */
export async function misbehave({ github, random }: World): Promise<string> {
  await github.send('DELETE', '/_faults')
  const bad = random.pick([0.3, 1, 1, 2])
  const seed = () => random.below(2 ** 31)
  const delivery = (action: string, chance: number, more: object = {}) => ({
    action,
    probability: Math.min(1, chance * bad),
    seed: seed(),
    ...more,
  })
  const request = (chance: number, more: object) => ({
    path: '',
    probability: Math.min(1, chance * bad),
    seed: seed(),
    ...more,
  })
  const script = {
    deliveries: [
      delivery('duplicate', 0.08, { delayMs: random.below(1500) }),
      delivery('reorder', 0.08, { window: 3, delayMs: 1500 }),
      delivery('delay', 0.08, { delayMs: random.below(3000) }),
      delivery('drop', 0.05),
      delivery('lose', 0.05),
    ],
    requests: [
      request(0.02, { status: 403, retryAfter: 1 }),
      request(0.02, { status: 429, retryAfter: 1 }),
      request(0.03, { status: 500 }),
      request(0.01, { status: 404 }),
      request(0.01, { hangUp: 'before' }),
      request(0.01, { hangUp: 'after' }),
      request(0.02, { delayMs: random.below(800) }),
    ],
  }
  const { status, json } = await github.send('POST', '/_faults', script)
  if (status !== 200) throw new Error(`the forge does not take the orders: ${JSON.stringify(json)}`)
  return `${bad} times as bad as usual`
}
