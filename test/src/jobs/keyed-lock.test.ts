import { expect, it } from 'vitest'
import { createKeyedLock } from '../../../src/jobs/keyed-lock.ts'

it('runs what shares a key in order, after a failure too, and other keys at once', async () => {
  const lock = createKeyedLock()
  const events: string[] = []
  const first = Promise.withResolvers<void>()
  const one = lock('a', async () => {
    events.push('one begins')
    await first.promise
    events.push('one ends')
    throw new Error('one failed')
  })
  const two = lock('a', async () => {
    events.push('two')
    return 2
  })
  expect(await lock('b', async () => 'other')).toBe('other')
  expect(events).toEqual(['one begins'])
  first.resolve()
  await expect(one).rejects.toThrow('one failed')
  expect(await two).toBe(2)
  expect(events).toEqual(['one begins', 'one ends', 'two'])
})
