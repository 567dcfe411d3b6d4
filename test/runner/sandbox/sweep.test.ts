import { describe, expect, test } from 'vitest'
import type { ListedSandbox } from '../../../runner/sandbox/list-sandboxes.ts'
import { wanted } from '../../../runner/sandbox/sweep.ts'

describe('after a restart', () => {
  const listed = (id: string, more: Partial<ListedSandbox> = {}, startedAtMs = 1): ListedSandbox => ({
    sandbox: {
      id,
      containerId: id,
      deploymentId: id.charAt(0),
      socket: '',
      isolation: 'runc',
      startedBy: 'plain',
      startedAtMs,
    },
    state: 'running',
    ready: true,
    ...more,
  })

  test('the newest ready sandbox of each wanted deployment stays, frozen or not', () => {
    const sandboxes = [listed('a1', {}, 1), listed('a2', {}, 2), listed('b1', { state: 'frozen' }), listed('c1')]
    expect(wanted(sandboxes, new Set(['a', 'b'])).map(({ sandbox }) => sandbox.id)).toEqual(['a2', 'b1'])
  })

  test('one that ended or never became ready does not', () => {
    const sandboxes = [listed('a1', { state: 'ended' }), listed('b1', { ready: false })]
    expect(wanted(sandboxes, new Set(['a', 'b']))).toEqual([])
  })
})
