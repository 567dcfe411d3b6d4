import nock from 'nock'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createGitHub } from '../../../src/github/client.ts'
import { changedPaths, changedPathsOfPull } from '../../../src/skip/changed-paths.ts'
import { testSettings } from '../support/bot.ts'
import { mockGitHub, type MockedGitHub } from '../support/github.ts'
import { shaA, shaB } from '../support/samples.ts'

const COMPARE = '/repos/{owner}/{repo}/compare/{basehead}'
const FILES = '/repos/{owner}/{repo}/pulls/{pull_number}/files'

let github: MockedGitHub
const octokit = createGitHub(testSettings()).forInstallation(12)

beforeEach(() => {
  github = mockGitHub()
})

afterEach(() => nock.cleanAll())

const compared = () => changedPaths(octokit, { owner: 'ada', repository: 'hello', base: shaA, head: shaB })
const pulled = () => changedPathsOfPull(octokit, { owner: 'ada', repository: 'hello', pull: 12 })

describe('what changed', () => {
  it.each([
    [404, 'Not Found'],
    [403, 'Resource not accessible by integration'],
    [422, 'Server Error: Sorry, this diff is taking too long to generate.'],
    [500, 'Server Error: Sorry, this diff is temporarily unavailable due to heavy server load.'],
    [503, 'Unavailable'],
  ])('is unknown, not a failure, when GitHub answers %i for a difference', async (status, message) => {
    github.instead.set(COMPARE, [{ status, body: { message } }])
    github.instead.set(FILES, [{ status, body: { message } }])
    expect(await compared()).toBe('unknown')
    expect(await pulled()).toBe('unknown')
  })

  it.each([
    [429, {}, 'Too many'],
    [403, { 'retry-after': '60' }, 'You have exceeded a secondary rate limit'],
  ])('is asked again later when GitHub answers %i', async (status, headers, message) => {
    const answer = { status, headers, body: { message } }
    github.instead.set(COMPARE, [answer])
    github.instead.set(FILES, [answer])
    await expect(compared()).rejects.toMatchObject({ status })
    await expect(pulled()).rejects.toMatchObject({ status })
  })

  it('is unknown when the way back has another common ancestor than the way there', async () => {
    github.compared.set(`${shaA}...${shaB}`, 'diverged')
    github.compared.set(`${shaB}...${shaA}`, 'diverged')
    expect(await compared()).toBe('unknown')
  })

  it('in a pull request of 3000 files is unknown, as GitHub tells no more of them', async () => {
    const page = (count: number) => ({ status: 200, body: Array.from({ length: count }, (_, index) => file(index)) })
    github.instead.set(FILES, [...Array.from({ length: 29 }, () => page(100)), page(99)])
    expect(await pulled()).toHaveLength(100)
    github.instead.set(
      FILES,
      Array.from({ length: 30 }, () => page(100)),
    )
    expect(await pulled()).toBe('unknown')
    expect(github.requests.filter(({ template }) => template === FILES)).toHaveLength(60)
  })
})

function file(index: number): Record<string, unknown> {
  const url = 'https://github.com/ada/hello/x'
  const counts = { additions: 1, deletions: 0, changes: 1 }
  const urls = { blob_url: url, raw_url: url, contents_url: url }
  return { sha: 'f'.repeat(40), filename: `src/${index}.js`, status: 'added', ...counts, ...urls }
}
