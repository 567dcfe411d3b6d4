import { expect, it } from 'vitest'
import { singleFlight } from '../../../runner/build/single-flight.ts'

const never = new AbortController().signal

it('runs the work of one key once, and shows the others what it made', async () => {
  const flights = singleFlight()
  let made: string | undefined
  let runs = 0
  const steps = {
    signal: never,
    ready: async () => made,
    work: async () => {
      runs += 1
      await new Promise(setImmediate)
      made = 'made'
      return 'fresh'
    },
  }
  const results = await Promise.all([flights.run('a', steps), flights.run('a', steps), flights.run('a', steps)])
  expect(results.toSorted()).toEqual(['fresh', 'made', 'made'])
  expect(runs).toBe(1)
})

it('lets the next in line try when the first one fails', async () => {
  const flights = singleFlight()
  const steps = (work: () => Promise<string>) => ({ signal: never, ready: async () => undefined, work })
  const first = flights.run(
    'a',
    steps(() => Promise.reject(new Error('cancelled'))),
  )
  const second = flights.run(
    'a',
    steps(async () => 'made'),
  )
  await expect(first).rejects.toThrow('cancelled')
  expect(await second).toBe('made')
})

it('gives up waiting when it is aborted', async () => {
  const flights = singleFlight()
  const abort = new AbortController()
  const endless = new Promise<string>(() => {})
  void flights.run('a', { signal: never, ready: async () => undefined, work: () => endless })
  await new Promise(setImmediate)
  const waiting = flights.run('a', { signal: abort.signal, ready: async () => undefined, work: async () => 'x' })
  abort.abort(new Error('superseded'))
  await expect(waiting).rejects.toThrow('superseded')
})
