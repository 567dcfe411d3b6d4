import { expect, it } from 'vitest'
import { describeEnd } from '../../../../contract/end-reason.ts'
import { endOf } from '../../../../runner/lifecycle/end/end-of.ts'

it.each([
  [{ exitCode: 137, oomKilled: true }, false, { reason: 'memory' }],
  // A child of it had been killed for want of memory long before.
  [{ exitCode: 1, oomKilled: true }, false, { reason: 'exit', exitCode: 1 }],
  [{ exitCode: 137, oomKilled: false }, false, { reason: 'crash', signal: 'SIGKILL' }],
  [{ exitCode: 139, oomKilled: false }, false, { reason: 'crash', signal: 'SIGSEGV' }],
  [{ exitCode: 1, oomKilled: false }, true, { reason: 'processes', exitCode: 1 }],
  [{ exitCode: 0, oomKilled: false }, true, { reason: 'exit', exitCode: 0 }],
  [{ exitCode: 255, oomKilled: false }, false, { reason: 'exit', exitCode: 255 }],
  [{ exitCode: -1, oomKilled: false }, false, { reason: 'unknown' }],
] as const)('%j, processes refused: %j, is %j', (exit, refused, end) => {
  expect(endOf(exit, { refused })).toEqual(end)
  expect(describeEnd(end)).toMatch(/^The micro .*\.$/)
})
