import { afterEach, beforeEach, expect, test } from 'vitest'
import { commit, git, quietManifest, stage } from './support.ts'

let there: Awaited<ReturnType<typeof stage>>
let status: number

beforeEach(async () => {
  status = 200
  there = await stage({
    manifest: quietManifest,
    answer: () => status,
    waits: { firstStatusMs: 1, quietMs: 1, deliveryMs: 300, followMs: 600_000 },
  })
})
afterEach(async () => {
  await there.end()
})

async function push(): Promise<string> {
  const sha = await commit(there.tree, {})
  await git(there.tree, 'push', '--quiet', 'origin', 'main')
  return sha
}

async function order(...deliveries: readonly unknown[]): Promise<void> {
  await there.person.request('POST /_faults', { deliveries })
}

const list = async (per_page = 30) => (await there.app.rest.apps.listWebhookDeliveries({ per_page })).data
const shas = () => there.bot.received.map(({ payload }) => payload.after)

test('deliveries are listed newest first, page by page, and shown whole', async () => {
  for (let times = 0; times < 3; times += 1) await push()
  const { data, headers } = await there.app.rest.apps.listWebhookDeliveries({ per_page: 3 })
  expect(data.map(({ guid }) => guid)).toEqual(
    there.bot.received
      .map(({ guid }) => guid)
      .toReversed()
      .slice(0, 3),
  )
  const next = /<([^>]+)>; rel="next"/.exec(headers.link ?? '')?.[1] ?? ''
  const cursor = new URL(next).searchParams.get('cursor') ?? ''
  const rest = await there.app.rest.apps.listWebhookDeliveries({ per_page: 3, cursor })
  expect(rest.data.map(({ guid }) => guid)).toEqual([there.bot.received[0]?.guid])
  expect(rest.headers.link).toBeUndefined()
  const { data: whole } = await there.app.rest.apps.getWebhookDelivery({ delivery_id: data[0]?.id ?? 0 })
  expect(whole).toMatchObject({ status: 'OK', status_code: 200, event: 'push', response: { payload: 'taken' } })
  expect(whole.request.payload).toEqual(there.bot.received.at(-1)?.payload)
})

test('a failed delivery is sent again with the same GUID', async () => {
  status = 500
  await push()
  const [failed] = await list()
  expect(failed).toMatchObject({ status_code: 500, redelivery: false })
  status = 200
  await there.app.rest.apps.redeliverWebhookDelivery({ delivery_id: failed?.id ?? 0 })
  const [, first, second] = await there.bot.count(3)
  expect(second?.guid).toBe(first?.guid)
  expect(second?.raw).toBe(first?.raw)
  await expect.poll(async () => (await list())[0]).toMatchObject({ redelivery: true, status: 'OK', guid: failed?.guid })
})

test('on order a delivery comes twice, with one GUID', async () => {
  await order({ action: 'duplicate' })
  await push()
  const [, first, second] = await there.bot.count(3)
  expect(second?.guid).toBe(first?.guid)
})

test('on order two deliveries come in the wrong order', async () => {
  await order({ action: 'reorder', times: 2 })
  const base = await commit(there.tree, {}, 'one')
  const first = git(there.tree, 'push', '--quiet', 'origin', `${base}:refs/heads/one`)
  await expect.poll(() => heads()).toContain('refs/heads/one')
  const next = await commit(there.tree, {}, 'two')
  await git(there.tree, 'push', '--quiet', 'origin', `${next}:refs/heads/two`)
  await first
  expect(shas().slice(1)).toEqual([next, base])
})

async function heads(): Promise<string[]> {
  const { stdout } = await git(there.tree, 'ls-remote', '--heads', 'origin')
  return stdout.split(/\s+/)
}

test('on order a delivery is dropped and stays in the list as failed, or is lost without a trace', async () => {
  await order({ action: 'drop' }, { action: 'lose' })
  await push()
  await push()
  expect(there.bot.received).toHaveLength(1)
  const deliveries = await list()
  expect(deliveries.map(({ status: words }) => words)).toEqual(['failed to connect to host', 'OK'])
})

test('on order a delivery waits; only its event is meant', async () => {
  await order({ action: 'delay', delayMs: 50, event: 'push' }, { action: 'drop', event: 'pull_request' })
  const sha = await push()
  expect(shas().at(-1)).toBe(sha)
})

test('an App that does not answer in time has failed', async () => {
  status = 0
  await commit(there.tree, {})
  const { stderr } = await git(there.tree, 'push', 'origin', 'main')
  expect(stderr).toContain('could not be told of this push (timed out)')
  expect((await list())[0]).toMatchObject({ status: 'timed out' })
})

test('an App that is not there has failed', async () => {
  await there.bot.close()
  await commit(there.tree, {})
  const { stderr } = await git(there.tree, 'push', 'origin', 'main')
  expect(stderr).toContain('could not be told of this push (failed to connect to host)')
})
