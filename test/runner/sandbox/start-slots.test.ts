import { describe, expect, test } from 'vitest'
import { createStartSlots } from '../../../runner/sandbox/start-slots.ts'

describe('starts of containers', () => {
  const never = new AbortController().signal
  /** A start that goes on until it is told to end. */
  const start = (begun: string[], name: string) => {
    const end = Promise.withResolvers<void>()
    const run = async () => {
      begun.push(name)
      await end.promise
    }
    return { run, end: end.resolve }
  }
  const settled = () => new Promise((resolve) => setImmediate(resolve))

  test('are as many at once as each kind may be', async () => {
    const begun: string[] = []
    const slots = createStartSlots({ urgent: 3, ahead: 2 })
    const all = ['a', 'b', 'c'].map((name) => start(begun, name))
    const ended = all.map(({ run }) => slots.run('ahead', never, run))
    await settled()
    expect(begun).toEqual(['a', 'b'])
    all.forEach(({ end }) => end())
    await Promise.all(ended)
    expect(begun).toEqual(['a', 'b', 'c'])
  })

  test('ahead of need are two at most, whatever the machine', async () => {
    const begun: string[] = []
    const slots = createStartSlots()
    const all = ['a', 'b', 'c', 'd', 'e'].map((name) => start(begun, name))
    const ended = all.map(({ run }) => slots.run('ahead', never, run))
    await settled()
    expect(begun).toEqual(['a', 'b'])
    all.forEach(({ end }) => end())
    await Promise.all(ended)
  })

  test('ahead of need wait until nobody waits for one, whatever came first', async () => {
    const begun: string[] = []
    const slots = createStartSlots({ urgent: 1, ahead: 2 })
    const [first, ahead, second] = [start(begun, 'first'), start(begun, 'ahead'), start(begun, 'second')]
    const ended = [
      slots.run('urgent', never, first.run),
      slots.run('ahead', never, ahead.run),
      slots.run('urgent', never, second.run),
    ]
    await settled()
    first.end()
    await settled()
    expect(begun).toEqual(['first', 'second'])
    second.end()
    await settled()
    expect(begun).toEqual(['first', 'second', 'ahead'])
    ahead.end()
    await Promise.all(ended)
  })

  test('ahead of need wait for work that hurries without a slot, and a moment longer', async () => {
    const begun: string[] = []
    const slots = createStartSlots({ urgent: 1, ahead: 2 }, 50)
    const [work, ahead] = [start(begun, 'work'), start(begun, 'ahead')]
    const ended = [slots.hurry(work.run), slots.run('ahead', never, ahead.run)]
    await settled()
    expect(begun).toEqual(['work'])
    work.end()
    ahead.end()
    await ended[0]
    await settled()
    expect(begun).toEqual(['work'])
    await Promise.all(ended)
    expect(begun).toEqual(['work', 'ahead'])
  })

  test('leave the queue when nobody wants them any more, and take no slot with them when they fail', async () => {
    const begun: string[] = []
    const slots = createStartSlots({ urgent: 1, ahead: 1 })
    const stop = new AbortController()
    const first = start(begun, 'first')
    const running = slots.run('urgent', never, first.run)
    const waiting = slots.run('urgent', stop.signal, start(begun, 'waiting').run)
    stop.abort(new Error('not wanted'))
    await expect(waiting).rejects.toThrow('not wanted')
    first.end()
    await running
    await expect(slots.run('urgent', never, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    expect(await slots.run('urgent', never, async () => 'went on')).toBe('went on')
    expect(begun).toEqual(['first'])
  })
})
