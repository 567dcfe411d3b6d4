import { expect, it } from 'vitest'
import { describeSleep } from '../../../cli/micros/describe-sleep.ts'
import { describeSandboxState } from '../../../cli/micros/sandbox-state.ts'
import type { SandboxState } from '../../../contract/sandbox-state.ts'

const MB = 1024 ** 2

it.each<[string, SandboxState | undefined]>([
  ['cold, no sandbox', { temperature: 'cold', sandboxes: 0 }],
  ['hot, 1 sandbox', { temperature: 'hot', sandboxes: 1 }],
  ['hot, 3 sandboxes with 84 MB of memory', { temperature: 'hot', sandboxes: 3, memoryBytes: 84 * MB }],
  [
    'frozen for 90 s, 1 sandbox with 5.5 MB of memory',
    { temperature: 'frozen', sinceMs: 9_910_000, sandboxes: 1, memoryBytes: 5.5 * MB },
  ],
  ['frozen for 12 min, 1 sandbox', { temperature: 'frozen', sinceMs: 10_000_000 - 12 * 60_000, sandboxes: 1 }],
  ['hot, frozen or cold? The runner does not say', undefined],
])('a micro’s state is told: %s', (words, state) => {
  expect(describeSandboxState(state, 10_000_000)).toBe(words)
})

it('what its config says of sleep is told, and nothing where it says nothing', () => {
  expect(describeSleep({})).toBeUndefined()
  expect(describeSleep({ sleep: { idleMs: 'never' } })).toBe('its config: never sleeps')
  expect(describeSleep({ sleep: { idleMs: 90_000, coldMs: 3_600_000 }, scale: { max: 4, concurrency: 10 } })).toBe(
    'its config: sleeps after 90s, is cold after 1h more, may have 4 sandboxes, each for 10 requests',
  )
})
