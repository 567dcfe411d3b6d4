import { Octokit } from '@octokit/rest'
import nock from 'nock'
import { afterEach, expect, it } from 'vitest'
import { createReader } from '../../../src/github/reader.ts'

const octokit = new Octokit({ log: { debug() {}, info() {}, warn() {}, error() {} } })
const api = nock('https://api.github.com')
afterEach(() => {
  nock.cleanAll()
})

const question = {
  octokit,
  installationId: 7,
  route: 'GET /repos/{owner}/{repo}/pulls',
  parameters: { owner: 'ada', repo: 'hello' },
  read: (data: unknown) => (data as unknown[]).length,
}

it('gives the former answer when GitHub says that it still holds, and the new one when not', async () => {
  const reader = createReader(Date.now)
  api.get('/repos/ada/hello/pulls').reply(200, [1, 2], { etag: '"a"' })
  expect(await reader.ask(question)).toBe(2)
  api.get('/repos/ada/hello/pulls').matchHeader('if-none-match', '"a"').reply(304)
  expect(await reader.ask(question)).toBe(2)
  api.get('/repos/ada/hello/pulls').matchHeader('if-none-match', '"a"').reply(200, [1], { etag: '"b"' })
  expect(await reader.ask(question)).toBe(1)
})

it('does not give one installation what another one was answered', async () => {
  const reader = createReader(Date.now)
  api.get('/repos/ada/hello/pulls').reply(200, [1], { etag: '"a"' })
  await reader.ask(question)
  let etag: unknown = 'not asked'
  api.get('/repos/ada/hello/pulls').reply(function (request: Request) {
    etag = request.headers.get('if-none-match')
    return [200, [1, 2, 3]]
  })
  expect(await reader.ask({ ...question, installationId: 8 })).toBe(3)
  expect(etag).toBeNull()
})

it('leaves the last third of an hourly budget to pushes and reports, until the hour is over', async () => {
  let nowMs = 1000
  const reader = createReader(() => nowMs)
  const headers = (remaining: string) => ({
    'x-ratelimit-limit': '5000',
    'x-ratelimit-remaining': remaining,
    'x-ratelimit-reset': '3600',
  })
  api.get('/repos/ada/hello/pulls').reply(200, [], headers('1501'))
  await reader.ask(question)
  expect(reader.isSpent(7)).toBe(false)
  api.get('/repos/ada/hello/pulls').reply(200, [], headers('1499'))
  await reader.ask(question)
  expect(reader.isSpent(7)).toBe(true)
  expect(reader.isSpent(8)).toBe(false)
  nowMs = 3_600_001
  expect(reader.isSpent(7)).toBe(false)
})
