import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openQueues } from '../../contract/queue.ts'
import { openStore } from '../../contract/store/connect.ts'
import { createMetrics } from '../../runner/metrics/create-metrics.ts'
import { createBotMetrics } from '../../src/metrics/metrics.ts'
import { parseExposition } from '../support/exposition.ts'
import { startTestRedis } from '../support/redis.ts'

const guide = await readFile(join(import.meta.dirname, '..', '..', 'docs', 'operate.md'), 'utf8')
const section = guide.slice(guide.indexOf('\n## Metrics\n'), guide.indexOf('\n## gVisor\n'))
const [atRunner = '', atBot = ''] = section.split('| at the bot |')

it('the operator’s guide names each family that bot and runner tell, and no other', async () => {
  const engine = createMetrics({
    standing: () => [],
    gateways: () => 0,
    deployments: () => ({ hot: 0, frozen: 0, cold: 0 }),
    memory: () => ({ totalBytes: 1, availableBytes: 1, reserveBytes: 1 }),
  })
  expect(rowsOf(atRunner)).toEqual(familiesOf((await engine.read()).text))
  await using redis = await startTestRedis()
  const store = openStore({ redis: redis.socket, redisPrefix: 'test' })
  const queues = openQueues(store.redis, 'test')
  const bot = createBotMetrics({ store, queues })
  expect(rowsOf(atBot.slice(0, atBot.indexOf('```')))).toEqual(familiesOf(await bot.read({ parts: {} })))
  await queues.close()
  store.redis.disconnect()
})

function rowsOf(table: string): string[] {
  const rows = table.split('\n').filter((line) => line.startsWith('| `'))
  return rows.flatMap((row) => row.split('|')[1]?.match(/micropush_\w+/g) ?? []).toSorted()
}

function familiesOf(text: string): string[] {
  return [...parseExposition(text).keys()].filter((name) => name.startsWith('micropush_')).toSorted()
}

it('queries in the guide ask for families that there are', () => {
  const named = new Set(section.match(/micropush_\w+/g)?.map((name) => name.replace(/_(?:bucket|count|sum)$/, '')))
  const listed = new Set([...rowsOf(atRunner), ...rowsOf(atBot)])
  expect([...named].filter((name) => !listed.has(name))).toEqual([])
})
