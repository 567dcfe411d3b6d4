import { expect, it } from 'vitest'
import type { Deployment } from '../../contract/deployment.ts'
import { describePause } from '../../contract/pause.ts'
import { chooseRollBack } from '../../contract/roll-back.ts'
import { sampleDeployment } from '../src/support/samples.ts'

const one = (sequence: number, more: Partial<Deployment> = {}) =>
  sampleDeployment({ sequence, sha: `${sequence}`.repeat(40).slice(0, 40), state: 'live', ...more })
const [first, second, third] = [one(1), one(2), one(3)]
const history = [third, second, first]
const choose = (wanted?: string, liveId = third.id, all: readonly Deployment[] = history) =>
  chooseRollBack({ history: all, liveId, wanted })

it('is to the one before the live one when nothing is said', () => {
  expect(choose()).toEqual({ kind: 'found', deployment: second })
  expect(choose(undefined, second.id)).toEqual({ kind: 'found', deployment: first })
})

it('is to what is named, by the beginning of its commit or its id, also a newer one', () => {
  expect(choose('1111')).toEqual({ kind: 'found', deployment: first })
  expect(choose(first.id)).toEqual({ kind: 'found', deployment: first })
  expect(choose('3333333', first.id)).toEqual({ kind: 'found', deployment: third })
})

it('is to nothing that was never live, or is kept no more', () => {
  const gone = [third, one(2, { state: 'destroyed' }), one(1, { state: 'failed' })]
  expect(choose(undefined, third.id, gone)).toEqual({
    kind: 'none',
    words: 'Nothing older than 3333333 is kept. No other one is kept.',
  })
  expect(choose('2222222', third.id, gone)).toMatchObject({ kind: 'none' })
})

it('is not to what is live, nor to a beginning of two commits', () => {
  expect(choose('3333333')).toEqual({ kind: 'none', words: '3333333 is what is live.' })
  const twins = [third, one(2, { sha: `abcd${'1'.repeat(36)}` }), one(1, { sha: `abcd${'2'.repeat(36)}` })]
  expect(choose('abcd', third.id, twins)).toEqual({
    kind: 'none',
    words: 'abcd begins more than one kept commit; write more of it.',
  })
})

it('tells two deployments of one commit apart: the other one is meant', () => {
  const again = one(4, { sha: third.sha })
  expect(choose(third.sha, again.id, [again, ...history])).toEqual({ kind: 'found', deployment: third })
})

it('is not to what belongs to the host names of a former owner', () => {
  const before = one(2, { owner: 'grace' })
  expect(choose(undefined, third.id, [third, before])).toMatchObject({ kind: 'none' })
  expect(choose('2222222', third.id, [third, before])).toMatchObject({ kind: 'none' })
})

it('says nothing is live where nothing is', () => {
  expect(choose(undefined, '')).toEqual({ kind: 'none', words: 'Nothing of it is live.' })
})

it('has words for a pause that fit a status', () => {
  expect(
    describePause({ sha: first.sha, by: 'ada' }, { owner: 'ada', repository: 'shop', config: { name: 'web' } }),
  ).toBe('Paused since the roll-back to 1111111 by ada; resume: micropush resume ada/shop/web or the button')
})
