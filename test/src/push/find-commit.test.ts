import nock from 'nock'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PushJob } from '../../../contract/jobs/events.ts'
import { createGitHub } from '../../../src/github/client.ts'
import { findCommit } from '../../../src/push/find-commit.ts'
import { testSettings } from '../support/bot.ts'
import { mockGitHub, type MockedGitHub } from '../support/github.ts'
import { samplePush, shaA, shaB } from '../support/samples.ts'

let github: MockedGitHub
const octokit = createGitHub(testSettings()).forInstallation(12)
const push = samplePush({ receivedAtMs: 1000 })
const { sha: _, ...deletion } = push
const SOON = 2000
const LATE = 32_000

beforeEach(() => {
  github = mockGitHub()
})

afterEach(() => nock.cleanAll())

function find(asked: PushJob, { head, nowMs }: { readonly head: string | undefined; readonly nowMs: number }) {
  if (head !== undefined) github.heads.set('main', head)
  return findCommit(octokit, asked, nowMs)
}

describe('findCommit', () => {
  it('is the pushed commit when the branch shows it', async () => {
    expect(await find(push, { head: shaA, nowMs: SOON })).toEqual({ kind: 'current', sha: shaA })
  })

  it('is the head when the branch has moved on', async () => {
    github.compared.set(`${shaB}...${shaA}`, 'behind')
    expect(await find(push, { head: shaB, nowMs: SOON })).toEqual({ kind: 'moved', sha: shaB, from: shaA })
  })

  it('is the head when a forced push has left the commit behind', async () => {
    github.compared.set(`${shaB}...${shaA}`, 'diverged')
    expect(await find(push, { head: shaB, nowMs: SOON })).toMatchObject({ kind: 'moved', sha: shaB })
    github.compared.clear()
    expect(await find(push, { head: shaB, nowMs: SOON })).toMatchObject({ kind: 'moved', sha: shaB })
  })

  it('is not visible yet while the branch shows what the commit continues, and the head in the end', async () => {
    github.compared.set(`${shaB}...${shaA}`, 'ahead')
    expect(await find(push, { head: shaB, nowMs: SOON })).toMatchObject({ kind: 'not-visible' })
    expect(await find(push, { head: shaB, nowMs: LATE })).toMatchObject({ kind: 'moved', sha: shaB })
  })

  it('is gone with its branch, once GitHub has had time to show a new one', async () => {
    expect(await find(push, { head: undefined, nowMs: SOON })).toMatchObject({ kind: 'not-visible' })
    expect(await find(push, { head: undefined, nowMs: LATE })).toEqual({ kind: 'gone' })
    expect(await find(deletion, { head: undefined, nowMs: SOON })).toEqual({ kind: 'gone' })
  })

  it('is the head of a branch that was deleted and came back', async () => {
    expect(await find(deletion, { head: shaB, nowMs: LATE })).toEqual({ kind: 'moved', sha: shaB, from: undefined })
  })

  it('asks for a branch with slashes by its whole name', async () => {
    github.heads.set('feature/a', shaA)
    expect(await findCommit(octokit, { ...push, branch: 'feature/a' }, SOON)).toMatchObject({ kind: 'current' })
  })
})
