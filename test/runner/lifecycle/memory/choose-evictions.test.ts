import { expect, it } from 'vitest'
import { chooseEvictions } from '../../../../runner/lifecycle/memory/choose-evictions.ts'

const MB = 1024 ** 2
const frozen = [
  { deploymentId: 'newest', owner: 'ada', sinceMs: 30, bytes: 100 * MB },
  { deploymentId: 'oldest', owner: 'ada', sinceMs: 10, bytes: 20 * MB },
  { deploymentId: 'middle', owner: 'ada', sinceMs: 20, bytes: 300 * MB },
]

it.each([
  { needed: 0, chosen: [] },
  { needed: 1, chosen: ['oldest'] },
  { needed: 20 * MB, chosen: ['oldest'] },
  { needed: 20 * MB + 1, chosen: ['oldest', 'middle'] },
  { needed: 321 * MB, chosen: ['oldest', 'middle', 'newest'] },
  { needed: 9000 * MB, chosen: ['oldest', 'middle', 'newest'] },
])('for $needed bytes the least recently used of one owner go: $chosen', ({ needed, chosen }) => {
  expect(chooseEvictions(frozen, { neededBytes: needed })).toEqual(chosen)
})

it('one whose memory is not known counts as a small one', () => {
  const unknown = frozen.map(({ deploymentId, owner, sinceMs }) => ({ deploymentId, owner, sinceMs }))
  expect(chooseEvictions(unknown, { neededBytes: 10 * MB })).toEqual(['oldest', 'middle'])
})

/** One that was used long before everybody else's, and many that were used after it. */
const crowd = [
  { deploymentId: 'alone', owner: 'ada', sinceMs: 1, bytes: 30 * MB },
  ...Array.from({ length: 10 }, (_, index) => ({
    deploymentId: `many${index}`,
    owner: 'bob',
    sinceMs: 10 + index,
    bytes: 20 * MB,
  })),
]

it('whoever holds the most gives first, however recently theirs were used', () => {
  expect(chooseEvictions(crowd, { neededBytes: 60 * MB })).toEqual(['many0', 'many1', 'many2'])
})

it('one who holds the most gives no more than brings them down to the others', () => {
  // Bob's nine leave him 20 MB, which is less than Ada has.
  expect(chooseEvictions(crowd, { neededBytes: 190 * MB })).toEqual([
    ...Array.from({ length: 9 }, (_, index) => `many${index}`),
    'alone',
  ])
})

it('of owners who hold the same, the least recently used goes', () => {
  const same = [
    { deploymentId: 'later', owner: 'ada', sinceMs: 2, bytes: MB },
    { deploymentId: 'earlier', owner: 'bob', sinceMs: 1, bytes: MB },
  ]
  expect(chooseEvictions(same, { neededBytes: MB })).toEqual(['earlier'])
})
