import { afterEach, expect, it } from 'vitest'
import { watchProcesses, type ProcessWatch } from '../../../../runner/lifecycle/end/watch-processes.ts'

let watch: ProcessWatch
afterEach(() => watch.close())

it('tells of refused processes once a minute at most, and remembers who was refused', async () => {
  const counts = new Map<string, number | undefined>([
    ['c1', 0],
    ['c2', undefined],
  ])
  const told: string[] = []
  watch = watchProcesses({
    running: () => [...counts.keys()].map((containerId) => ({ containerId, deploymentId: `of ${containerId}` })),
    onRefused: (deploymentId) => told.push(deploymentId),
    count: (id) => Promise.resolve(counts.get(id)),
  })
  await watch.look(0)
  expect(told).toEqual([])
  expect(watch.wereRefused('c1')).toBe(false)
  counts.set('c1', 3)
  await watch.look(1000)
  counts.set('c1', 9)
  await watch.look(2000)
  await watch.look(62_000)
  expect(told).toEqual(['of c1'])
  counts.set('c1', 10)
  await watch.look(63_000)
  expect(told).toEqual(['of c1', 'of c1'])
  expect(watch.wereRefused('c1')).toBe(true)
})
