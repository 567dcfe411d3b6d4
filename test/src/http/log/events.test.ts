import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { transitionDeployment } from '../../../../contract/store/deployments.ts'
import { webhookSecret } from '../../support/bot.ts'
import { collect, follow } from './follow.ts'
import { linesOf, next, openStage, type Lines, type Stage } from './stage.ts'

let stage: Stage

beforeEach(async () => {
  stage = await openStage()
})
afterEach(() => stage[Symbol.asyncDispose]())

describe('the events of a deployment', () => {
  it('are what was said, what is said and how it stands, and end with the deployment', async () => {
    await stage.say('one\ntw')
    await using followed = await follow(`${stage.url}/events`)
    expect(followed.response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-robots-tag': 'noindex, nofollow',
    })
    const events = followed.events()
    expect((await next(events, 'state')).data).toMatchObject({ is: 'queued', title: 'Queued · hello' })
    expect(await next(events, 'lines')).toMatchObject({ id: '4', data: { from: 0, lines: ['one'] } })
    expect((await next(events, 'tail')).data).toBe('tw')
    await stage.say('o\n\u001b[31mthree')
    expect(await next(events, 'lines')).toMatchObject({ id: '8', data: { from: 1, lines: ['two'] } })
    expect((await next(events, 'tail')).data).toBe('<span class="f1">three</span>')
    await stage.end()
    expect((await next(events, 'state')).data).toMatchObject({ is: 'failed' })
    expect(await collect(events)).toEqual([{ event: 'end', id: undefined, data: { state: 'failed' } }])
  })

  it('go on after a cut, whenever that is, with nothing twice and nothing lost', async () => {
    const written = Array.from({ length: 60 }, (_, n) => `line ${n} ü ${'x'.repeat((n * 37) % 90)}`)
    const bytes = Buffer.from(`${written.join('\n')}\n`)
    const got: string[] = []
    let after: string | undefined
    let cuts = 0
    for (let at = 0; at < bytes.length; at += 97) {
      // Cut anywhere, in the middle of characters too.
      await stage.parts.store.redis.append(stage.parts.store.keys.log(stage.id), bytes.subarray(at, at + 97))
      await using followed = await follow(`${stage.url}/events`, after)
      for await (const event of followed.events()) {
        if (event.event === 'lines') {
          expect((event.data as Lines).from).toBe(got.length)
          got.push(...(event.data as Lines).lines)
          after = event.id
        }
        if (event.event !== 'state') break
      }
      cuts += 1
    }
    await stage.end()
    got.push(...linesOf(await stage.all(after)))
    expect(cuts).toBeGreaterThan(30)
    expect(got).toEqual(written)
  })

  it('begin at the beginning when a place is named that is none', async () => {
    await stage.say('one\ntwo\n')
    await stage.end()
    for (const place of ['-1', 'x', '1e99', '999999', '0'])
      expect(linesOf(await stage.all(place))).toEqual(['one', 'two'])
    expect(linesOf(await stage.all('4'))).toEqual(['two'])
    expect(linesOf(await stage.all('6'))).toEqual(['two'])
    await using followed = await follow(`${stage.url}/events?after=4`)
    expect(linesOf(await collect(followed.events()))).toEqual(['two'])
  })

  it('wait for the last words of a deployment that has just ended', async () => {
    await transitionDeployment(stage.parts.store, { id: stage.id, from: ['queued'], to: 'failed' })
    await using followed = await follow(`${stage.url}/events`)
    const events = followed.events()
    await next(events, 'state')
    await stage.say('Failed: it has no entry\n')
    expect(linesOf(await collect(events))).toEqual(['Failed: it has no entry'])
  })

  it('go on when Redis was away for a while', async () => {
    await stage.say('one\n')
    await using followed = await follow(`${stage.url}/events`)
    const events = followed.events()
    await next(events, 'lines')
    await stage.parts.redis.restart()
    await expect.poll(() => stage.say('two\n').then(() => true), { timeout: 10_000 }).toBe(true)
    expect((await next(events, 'lines')).data).toEqual({ from: 1, lines: ['two'] })
  })

  it('hold none of our own secrets, not even in the middle of escape sequences', async () => {
    const torn = `${webhookSecret.slice(0, 5)}\u001b[31m${webhookSecret.slice(5)}`
    const token = `gh\u001b[1ms_${'q'.repeat(36)}`
    const key = stage.parts.settings.privateKey.reveal().split('\n')[3]
    await stage.say(`a ${torn} b\n${token}\nkey ${key}\n${torn}`)
    await stage.end()
    const places = [
      JSON.stringify(await stage.all()),
      await (await fetch(stage.url, { headers: { accept: 'text/html' } })).text(),
      await (await fetch(stage.url)).text(),
    ]
    for (const shown of places) {
      expect(shown.match(/\[secret\]/g)).toHaveLength(3)
      expect(shown).toContain('[token]')
      expect(shown).not.toMatch(/of this test|q{36}/)
      expect(shown).not.toContain(key)
    }
  })

  it('end at once when the bot does', async () => {
    await using followed = await follow(`${stage.url}/events`)
    const events = followed.events()
    await next(events, 'state')
    const begun = performance.now()
    const closed = once(stage.server, 'close')
    stage.server.close()
    expect((await events.next()).done).toBe(true)
    await closed
    expect(performance.now() - begun).toBeLessThan(2000)
  })

  it('are for nobody who does not know the id', async () => {
    expect((await fetch(stage.url.replace(/.$/, (last) => (last === '0' ? '1' : '0')) + '/events')).status).toBe(404)
    expect((await fetch(`${stage.url}/events`, { method: 'HEAD' })).headers.get('content-type')).toMatch(/event-stream/)
  })
})
