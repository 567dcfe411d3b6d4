import { afterEach, beforeAll, expect, test } from 'vitest'
import { createFaults } from '../../forge/faults/faults.ts'
import { faultScript } from '../../forge/faults/script.ts'
import { sharedStage } from './shared-stage.ts'

const { there, bot } = await sharedStage()

beforeAll(async () => {
  await bot.rest.repos.get(there.repo)
})
afterEach(async () => {
  await there.person.request('DELETE /_faults')
  await there.person.request('DELETE /_faults/done')
  await there.person.request('DELETE /_rate')
})

const order = async (requests: readonly object[], deliveries: readonly object[] = []) => {
  await there.person.request('POST /_faults', { requests, deliveries })
}
const read = () => bot.rest.repos.get(there.repo)
const ping = () => there.person.request('POST /_ping')
const pings = () => there.bot.received.filter(({ event }) => event === 'ping').length

test('chance is the same for the same seed, holds until the orders are cleared, and its share is as ordered', () => {
  const draw = (seed: number) => {
    const faults = createFaults()
    faults.add(faultScript.parse({ requests: [{ path: '^/a', status: 500, probability: 0.3, seed }] }))
    return Array.from({ length: 1000 }, () => faults.takeRequest({ method: 'GET', path: '/a' }) !== undefined)
  }
  expect(draw(7)).toEqual(draw(7))
  expect(draw(7)).not.toEqual(draw(8))
  const share = draw(7).filter(Boolean).length
  expect(share).toBeGreaterThan(230)
  expect(share).toBeLessThan(370)
})

test('what does not match takes no part in chance', () => {
  const draw = (noise: boolean) => {
    const faults = createFaults()
    faults.add(faultScript.parse({ deliveries: [{ action: 'drop', event: 'push', probability: 0.5, seed: 3 }] }))
    return Array.from({ length: 50 }, () => {
      if (noise) faults.takeDelivery({ event: 'ping', guid: 'x' })
      return faults.takeDelivery({ event: 'push', guid: 'x' }) !== undefined
    })
  }
  expect(draw(true)).toEqual(draw(false))
})

test('limits are answered in the words of GitHub, with its hints', async () => {
  await order([
    { path: '^/repos/ada/hello$', status: 403, retryAfter: 2 },
    { path: '^/repos/ada/hello$', status: 429, limit: 'primary', retryAfter: 60 },
  ])
  await expect(read()).rejects.toMatchObject({
    status: 403,
    message: expect.stringContaining('secondary rate limit') as string,
    response: { headers: { 'retry-after': '2' } },
  })
  const error: unknown = await read().catch((refusal: unknown) => refusal)
  expect(error).toMatchObject({ status: 429, response: { headers: { 'x-ratelimit-remaining': '0' } } })
  await expect(read()).resolves.toMatchObject({ status: 200 })
})

test('a connection is broken before a request is served, or when it is done and nobody knows', async () => {
  const say = (state: 'pending' | 'success') =>
    bot.rest.repos.createCommitStatus({ ...there.repo, sha: there.sha, state, context: 'cut' })
  await order([
    { method: 'POST', path: '/statuses/', hangUp: 'before' },
    { method: 'POST', path: '/statuses/', hangUp: 'after' },
  ])
  await expect(say('pending')).rejects.toMatchObject({ status: 500 })
  await expect(say('success')).rejects.toMatchObject({ status: 500 })
  const { data } = await bot.rest.repos.listCommitStatusesForRef({ ...there.repo, ref: there.sha })
  expect(data.filter(({ context }) => context === 'cut').map(({ state }) => state)).toEqual(['success'])
})

test('what was done is listed, also when the orders are gone', async () => {
  await order([{ path: '^/repos/ada/hello$', status: 404 }], [{ action: 'drop', event: 'ping' }])
  await expect(read()).rejects.toMatchObject({ status: 404 })
  await ping()
  await there.person.request('DELETE /_faults')
  const { data } = await there.person.request('GET /_faults/done')
  expect(data).toEqual([
    { kind: 'request', fault: '404', method: 'GET', path: '/repos/ada/hello' },
    { kind: 'delivery', action: 'drop', event: 'ping', guid: expect.any(String) as string },
  ])
  const { data: deliveries } = await there.app.rest.apps.listWebhookDeliveries()
  expect(deliveries[0]).toMatchObject({ event: 'ping', status: 'failed to connect to host', status_code: 0 })
})

test('deliveries that are held to change their order go when the orders are cleared, or after a while', async () => {
  await order([], [{ action: 'reorder', event: 'ping', times: 5 }])
  const before = pings()
  await ping()
  await ping()
  expect(pings()).toBe(before)
  await there.person.request('DELETE /_faults')
  await expect.poll(pings).toBe(before + 2)
  await order([], [{ action: 'reorder', event: 'ping', probability: 1, window: 5, delayMs: 20 }])
  await ping()
  await expect.poll(pings).toBe(before + 3)
})

test('the hour is used up when a limit is set, and what is known already costs nothing', async () => {
  await there.person.request('PUT /_rate', { limit: 3 })
  const { headers } = await read()
  expect(headers).toMatchObject({ 'x-ratelimit-limit': '3', 'x-ratelimit-remaining': '2' })
  const known = { ...there.repo, headers: { 'if-none-match': headers.etag } }
  for (let times = 0; times < 4; times += 1) {
    await expect(bot.rest.repos.get(known)).rejects.toMatchObject({ status: 304 })
  }
  await read()
  await read()
  await expect(read()).rejects.toMatchObject({
    status: 403,
    message: expect.stringMatching(/API rate limit exceeded for installation ID \d+/) as string,
    response: { headers: { 'x-ratelimit-remaining': '0' } },
  })
  // A person is not counted with the App.
  await expect(there.person.rest.repos.get(there.repo)).resolves.toMatchObject({ status: 200 })
})

test('too many contents a minute, points, or requests at a time are a secondary limit', async () => {
  const say = () =>
    bot.rest.repos.createCommitStatus({ ...there.repo, sha: there.sha, state: 'pending', context: 'many' })
  const limited = {
    status: 403,
    message: expect.stringContaining('secondary rate limit') as string,
    response: { headers: { 'retry-after': expect.stringMatching(/^\d+$/) as string } },
  }
  await there.person.request('PUT /_rate', { contentsPerMinute: 2 })
  await say()
  await say()
  await expect(say()).rejects.toMatchObject(limited)
  await expect(read()).resolves.toMatchObject({ status: 200 })
  await there.person.request('PUT /_rate', { pointsPerMinute: 6 })
  await say()
  await read()
  await expect(read()).rejects.toMatchObject(limited)
  await there.person.request('PUT /_rate', { concurrent: 1 })
  await order([{ path: '^/repos/ada/hello$', delayMs: 100 }])
  const results = await Promise.allSettled(Array.from({ length: 20 }, read))
  expect(results.some(({ status }) => status === 'fulfilled')).toBe(true)
  expect(results.some(({ status }) => status === 'rejected')).toBe(true)
  await expect(read()).resolves.toMatchObject({ status: 200 })
})
