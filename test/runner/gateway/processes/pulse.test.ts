import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { takePulse } from '../../../../runner/gateway/processes/pulse.ts'

/** How many beats it is given before it counts as one that hangs. */
function beatsLeft(pulse: ReturnType<typeof takePulse>): number {
  let beats = 0
  while (pulse.beat()) beats += 1
  return beats
}

async function says(answers: PassThrough, what: string): Promise<void> {
  const read = once(answers, 'data')
  answers.write(what)
  await read
}

it('a worker that has never answered has a minute to start, one that has answered before may miss two beats', async () => {
  const answers = new PassThrough()
  const pulse = takePulse(answers)
  expect(beatsLeft(pulse)).toBe(12)
  await says(answers, '.')
  expect(beatsLeft(pulse)).toBe(2)
  await says(answers, '.')
  expect([pulse.beat(), pulse.beat()]).toEqual([true, true])
  await says(answers, '.')
  expect(beatsLeft(pulse)).toBe(2)
})

it('a worker that speaks without end is not listened to before the next beat', async () => {
  const answers = new PassThrough()
  const pulse = takePulse(answers)
  await says(answers, '.')
  expect(answers.isPaused()).toBe(true)
  const taken = once(answers, 'data')
  answers.write('x'.repeat(100_000))
  await new Promise((resolve) => setImmediate(resolve))
  expect(answers.readableLength).toBe(100_000)
  pulse.beat()
  await taken
})
