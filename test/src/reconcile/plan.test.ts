import { describe, expect, it } from 'vitest'
import { pullMark } from '../../../src/pull/pull-mark.ts'
import { branchMark } from '../../../src/push/branch-mark.ts'
import { createPatience } from '../../../src/reconcile/patience.ts'
import { planMissed } from '../../../src/reconcile/plan.ts'
import { shaA, shaB } from '../support/samples.ts'

const named = { owner: 'ada', repository: 'hello' }
const pull = { number: 3, draft: false, labels: [], head: { sha: shaA, branch: 'x' }, base: { branch: 'main' } }
const nothing = { branches: new Map<string, string>(), pulls: new Map<number, string>(), named: [] }
const quiet = { ...named, heads: nothing, deployed: [], previewed: [], branches: new Map(), pulls: undefined }

describe('what was missed', () => {
  it('is a branch whose commit was never dealt with, or not under this name', () => {
    const branches = new Map([['main', shaA]])
    const plan = (mark: string | undefined) =>
      planMissed({
        ...quiet,
        branches,
        heads: { ...nothing, branches: new Map(mark === undefined ? [] : [['main', mark]]) },
      }).branches
    expect(plan(undefined)).toEqual([{ branch: 'main', sha: shaA }])
    expect(plan(branchMark({ ...named, sha: shaB }))).toHaveLength(1)
    expect(plan(branchMark({ ...named, owner: 'eve', sha: shaA }))).toHaveLength(1)
    expect(plan(branchMark({ ...named, owner: 'ADA', sha: shaA }))).toEqual([])
  })

  it('is the end of a branch that something is deployed from, and of no other', () => {
    const branches = new Map([['main', undefined]])
    expect(planMissed({ ...quiet, branches }).branches).toEqual([])
    expect(planMissed({ ...quiet, branches, deployed: ['main'] }).branches).toEqual([
      { branch: 'main', sha: undefined },
    ])
    const heads = { ...nothing, branches: new Map([['main', 'x']]) }
    expect(planMissed({ ...quiet, branches, heads }).branches).toHaveLength(1)
  })

  it('is an open pull request that has moved, or is for another base, a draft, or labelled anew', () => {
    const plan = (mark: string) =>
      planMissed({
        ...quiet,
        heads: { ...nothing, pulls: new Map([[3, mark]]) },
        pulls: { open: [pull], complete: true },
      }).pulls
    expect(plan(pullMark(named, pull))).toEqual([])
    for (const other of [
      { head: { sha: shaB, branch: 'x' } },
      { base: { branch: 'next' } },
      { draft: true },
      { labels: ['preview'] },
    ]) {
      expect(plan(pullMark(named, { ...pull, ...other }))).toMatchObject([{ pull: 3 }])
    }
  })

  it('is a closed pull request that was dealt with or has a preview, unless nobody can say that it is closed', () => {
    const heads = { ...nothing, pulls: new Map([[4, 'x']]) }
    const closed = { ...quiet, heads, previewed: [4, 5] }
    const pulls = planMissed({ ...closed, pulls: { open: [], complete: true } }).pulls
    expect(pulls.map((one) => one.pull)).toEqual([4, 5])
    expect(planMissed({ ...closed, pulls: { open: [], complete: false } }).pulls).toEqual([])
    expect(planMissed({ ...closed, pulls: undefined }).pulls).toEqual([])
  })
})

it('what comes to nothing again and again is tried more and more rarely', () => {
  const patience = createPatience()
  const minute = 60_000
  let triedMs = 0
  const waits: number[] = []
  for (let nowMs = 0; nowMs < 24 * 60 * minute; nowMs += 5 * minute) {
    if (!patience.allows('x', nowMs)) continue
    waits.push((nowMs - triedMs) / minute)
    triedMs = nowMs
    patience.tried('x', nowMs)
  }
  expect(waits).toEqual([0, 5, 5, 10, 20, 40, 80, 160, 320, 360, 360])
})
