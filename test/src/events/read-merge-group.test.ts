import { expect, it } from 'vitest'
import { readMergeGroup } from '../../../src/events/read-merge-group.ts'
import { shaA } from '../support/samples.ts'

function read(more: Record<string, unknown> = {}) {
  const payload = {
    action: 'checks_requested',
    merge_group: { head_sha: shaA, head_ref: 'refs/heads/gh-readonly-queue/main/pr-1-x', base_ref: 'refs/heads/main' },
    repository: { id: 34, name: 'hello', owner: { login: 'ada' } },
    installation: { id: 12 },
    ...more,
  }
  return readMergeGroup({ deliveryId: 'd', payload, receivedAtMs: 1 })
}

it('becomes a report on the commit that the queue waits for', () => {
  const place = { deliveryId: 'd', installationId: 12, repositoryId: 34, owner: 'ada', repository: 'hello', sha: shaA }
  expect(read()).toEqual({ queue: 'report', job: { kind: 'merge-group', ...place, receivedAtMs: 1 } })
})

it.each([
  [{ action: 'destroyed' }, 'nothing to do when it is destroyed'],
  [{ installation: undefined }, 'not sent for an installation of the app'],
  [{ merge_group: { head_sha: '../../x' } }, 'no payload of merge_group: merge_group.head_sha'],
])('is left alone with a reason: %j', (more, reason) => {
  expect(read(more)).toEqual({ queue: 'none', reason })
})
