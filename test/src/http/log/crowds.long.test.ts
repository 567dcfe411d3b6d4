import { once } from 'node:events'
import { createServer, get, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFeeds } from '../../../../src/http/log/feeds.ts'
import { sendEvents } from '../../../../src/http/log/send-events.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'
import { follow } from './follow.ts'
import { linesOf, next, openStage, type Stage } from './stage.ts'

let stage: Stage

beforeEach(async () => {
  stage = await openStage()
})
afterEach(() => stage[Symbol.asyncDispose]())

describe('the events of a deployment', () => {
  it('cost Redis the same for two hundred readers as for one', async () => {
    const readers = await Promise.all(Array.from({ length: 200 }, () => follow(`${stage.url}/events`)))
    const streams = readers.map((reader) => reader.events())
    await Promise.all(streams.map((events) => next(events, 'state')))
    await stage.parts.store.redis.config('RESETSTAT')
    for (let n = 0; n < 3; n += 1) {
      await stage.say(`line ${n}\n`)
      const got = await Promise.all(streams.map((events) => next(events, 'lines')))
      expect(new Set(got.map(({ id }) => id))).toEqual(new Set([String((n + 1) * 7)]))
    }
    const stats = await stage.parts.store.redis.info('commandstats')
    const reads = Number(/cmdstat_getrange:calls=(\d+)/.exec(stats)?.[1])
    expect(reads).toBeGreaterThan(2)
    expect(reads).toBeLessThan(40)
    await Promise.all(readers.map((reader) => reader[Symbol.asyncDispose]()))
  })

  it('are refused to one reader too many, who gets a place when another one has gone', async () => {
    const readers = await Promise.all(Array.from({ length: 256 }, () => follow(`${stage.url}/events`)))
    const refused = await fetch(`${stage.url}/events`)
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toBe('5')
    await readers[0]?.[Symbol.asyncDispose]()
    await expect
      .poll(async () => {
        await using followed = await follow(`${stage.url}/events`)
        return followed.response.statusCode
      })
      .toBe(200)
    await Promise.all(readers.map((reader) => reader[Symbol.asyncDispose]()))
  })
})

describe('a reader that takes nothing', () => {
  it('is cut off, and holds up nobody', async () => {
    await stage.say(`${'x'.repeat(99)}\n`.repeat(10_000))
    const feeds = createFeeds({ store: stage.parts.store, redact: (text) => text, now: Date.now })
    using lease = await feeds.follow(stage.id)
    const feed = lease?.feed
    if (feed === undefined) throw new Error('no feed')
    const { promise: left, resolve } = Promise.withResolvers<void>()
    const slow = createServer((_, response) => {
      const options = { afterByte: 0, describe: () => ({}), signal: new AbortController().signal, slowestMs: 300 }
      void sendEvents(response, feed, options).then(resolve)
    })
    // The kernel holds less for it than for TCP.
    const socketPath = join(await temporaryFolder(), 'slow.sock')
    slow.listen(socketPath)
    await once(slow, 'listening')
    const request = get({ socketPath }).on('error', () => {})
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    response.on('error', () => {})
    await left
    request.destroy()
    slow.close()
    feeds.close()
    await stage.end()
    expect(linesOf(await stage.all())).toHaveLength(10_000)
  })
})
