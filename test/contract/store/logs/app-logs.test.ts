import { expect, it } from 'vitest'
import type { AppLine } from '../../../../contract/app-log.ts'
import { platformLimits } from '../../../../contract/limits.ts'
import {
  appendAppLog,
  outputReadUpTo,
  pruneAppLogs,
  readAppLog,
  readAppLogAfter,
} from '../../../../contract/store/logs/app-logs.ts'
import { openTestStore } from '../../../support/store.ts'

const store = await openTestStore()

const line = (text: string, stream: AppLine['stream'] = 'out'): AppLine => ({ atMs: 1_795_510_800_123, stream, text })
const texts = async (id: string, count = 100_000) => (await readAppLog(store, id, count)).lines.map(({ text }) => text)

it('gives back the last lines with their time and stream, and later what came after them', async () => {
  await appendAppLog(store, {
    deploymentId: 'd1',
    lines: [line('one'), line('two', 'err'), line('three', 'micropush')],
  })
  const { lines, cursor } = await readAppLog(store, 'd1', 2)
  expect(lines).toEqual([line('two', 'err'), line('three', 'micropush')])
  expect((await readAppLogAfter(store, { id: 'd1', cursor })).lines).toEqual([])
  await appendAppLog(store, { deploymentId: 'd1', lines: [line('four')] })
  expect((await readAppLogAfter(store, { id: 'd1', cursor })).lines).toEqual([line('four')])
  expect((await readAppLog(store, 'd1', 0)).lines).toEqual([])
})

it('notes in the same step how far the output was read', async () => {
  await appendAppLog(store, { deploymentId: 'd1', lines: [], read: { containerId: 'c1', position: 'here' } })
  expect(await outputReadUpTo(store, 'c1')).toBe('here')
  expect(await outputReadUpTo(store, 'c2')).toBeUndefined()
})

it('takes over nothing twice when a command is sent again', async () => {
  const addition = { deploymentId: 'd1', lines: [line('once')], read: { containerId: 'c1', position: 'after it' } }
  await appendAppLog(store, addition)
  await appendAppLog(store, addition)
  expect(await texts('d1')).toEqual(['once'])
})

it('keeps the newest of a log that grows without end, and Redis stays small', async () => {
  const kilobyte = 'x'.repeat(1000)
  for (let batch = 0; batch < 30; batch += 1) {
    const lines = Array.from({ length: 1000 }, (_, at) => line(`${batch * 1000 + at} ${kilobyte}`))
    await appendAppLog(store, { deploymentId: 'd1', lines })
  }
  const kept = await texts('d1')
  expect(kept.at(-1)?.startsWith('29999 ')).toBe(true)
  expect(kept.length).toBeGreaterThan(4500)
  expect(kept.length * 1032).toBeLessThan(platformLimits.appLogBytes)
  expect(Number(await store.redis.memory('USAGE', store.keys.appLog('d1')))).toBeLessThan(
    2 * platformLimits.appLogBytes,
  )
})

it('cuts the longest one when all together are too long, and leaves short ones whole', async () => {
  const total = platformLimits.appLogBytesOfAll
  await appendAppLog(store, { deploymentId: 'quiet', lines: [line('the only line')] })
  await appendAppLog(store, { deploymentId: 'loud', lines: Array.from({ length: 1000 }, () => line('x'.repeat(1000))) })
  // As if others had filled all but the last bit of the room.
  await store.redis.incrby(store.keys.appLogTotal, total - 1_100_000)
  await appendAppLog(store, { deploymentId: 'third', lines: Array.from({ length: 500 }, () => line('y'.repeat(1000))) })
  expect(await texts('quiet')).toEqual(['the only line'])
  expect((await texts('third')).length).toBe(500)
  expect((await texts('loud')).length).toBeLessThan(600)
  expect(Number(await store.redis.get(store.keys.appLogTotal))).toBeLessThanOrEqual(total)
})

it('counts exactly what is there, whatever is added, cut, expired and pruned', async () => {
  await appendAppLog(store, { deploymentId: 'd1', lines: Array.from({ length: 6000 }, () => line('x'.repeat(1000))) })
  await appendAppLog(store, { deploymentId: 'd2', lines: [line('short')] })
  await appendAppLog(store, { deploymentId: 'd3', lines: [line('of a deployment that is kept')] })
  await store.redis.hset(store.keys.deployment('d1'), 'state', 'live')
  await store.redis.hset(store.keys.deployment('d3'), 'state', 'live')
  await store.redis.del(store.keys.appLog('d1'))
  await appendAppLog(store, { deploymentId: 'd1', lines: [line('again')] })
  expect(await pruneAppLogs(store)).toBe(1)
  expect(await texts('d2')).toEqual([])
  expect(await texts('d3')).toEqual(['of a deployment that is kept'])
  const bytes = 'again'.length + 'of a deployment that is kept'.length + 2 * 32
  expect(Number(await store.redis.get(store.keys.appLogTotal))).toBe(bytes)
})

it('ends by itself after its age', async () => {
  await appendAppLog(store, { deploymentId: 'd1', lines: [line('one')] })
  expect(await store.redis.ttl(store.keys.appLog('d1'))).toBeGreaterThan((platformLimits.appLogDays - 1) * 24 * 3600)
})
