import { describe, expect, test } from 'vitest'
import type { ListedSandbox } from '../../../runner/sandbox/list-sandboxes.ts'
import { wanted } from '../../../runner/sandbox/sweep.ts'

const once = new Map([
  ['a', 1],
  ['b', 1],
])

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
    expect(wanted(sandboxes, once).map(({ sandbox }) => sandbox.id)).toEqual(['a2', 'b1'])
  })

  test('one that ended or never became ready does not', () => {
    const sandboxes = [listed('a1', { state: 'ended' }), listed('b1', { ready: false })]
    expect(wanted(sandboxes, once)).toEqual([])
  })

  test('of one that may have several, the newest stay, and no more than that', () => {
    const sandboxes = [listed('a1', {}, 1), listed('a2', {}, 2), listed('a3', {}, 3)]
    expect(wanted(sandboxes, new Map([['a', 2]])).map(({ sandbox }) => sandbox.id)).toEqual(['a3', 'a2'])
  })
})
