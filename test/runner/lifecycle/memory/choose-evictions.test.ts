import { expect, it } from 'vitest'
import { chooseEvictions } from '../../../../runner/lifecycle/memory/choose-evictions.ts'

const MB = 1024 ** 2
const frozen = [
  { deploymentId: 'newest', sinceMs: 30, bytes: 100 * MB },
  { deploymentId: 'oldest', sinceMs: 10, bytes: 20 * MB },
  { deploymentId: 'middle', sinceMs: 20, bytes: 300 * MB },
]

it.each([
  { needed: 0, chosen: [] },
  { needed: 1, chosen: ['oldest'] },
  { needed: 20 * MB, chosen: ['oldest'] },
  { needed: 20 * MB + 1, chosen: ['oldest', 'middle'] },
  { needed: 321 * MB, chosen: ['oldest', 'middle', 'newest'] },
  { needed: 9000 * MB, chosen: ['oldest', 'middle', 'newest'] },
])('for $needed bytes the least recently used go: $chosen', ({ needed, chosen }) => {
  expect(chooseEvictions(frozen, { neededBytes: needed })).toEqual(chosen)
})

it('one whose memory is not known counts as a small one', () => {
  const unknown = frozen.map(({ deploymentId, sinceMs }) => ({ deploymentId, sinceMs }))
  expect(chooseEvictions(unknown, { neededBytes: 10 * MB })).toEqual(['oldest', 'middle'])
})
