import { describe, expect, it } from 'vitest'
import { pushJob } from '../../../contract/jobs/events.ts'
import { readPush } from '../../../src/events/read-push.ts'
import { pushPayload, shaA } from '../support/samples.ts'

function read(more: Record<string, unknown> = {}) {
  return readPush({ deliveryId: 'guid', payload: pushPayload(more), receivedAtMs: 5 })
}

describe('readPush', () => {
  it('reads a push of a branch, slashes in its name included', () => {
    const result = read({ ref: 'refs/heads/feature/a/b' })
    expect(result).toEqual({
      queue: 'push',
      job: {
        deliveryId: 'guid',
        installationId: 12,
        repositoryId: 34,
        owner: 'ada',
        repository: 'hello',
        defaultBranch: 'main',
        branch: 'feature/a/b',
        sha: shaA,
        receivedAtMs: 5,
      },
    })
    if (result.queue === 'push') expect(pushJob.parse({ ...result.job, sequence: 1 })).toBeDefined()
  })

  it('reads a deletion as a push without a commit', () => {
    const result = read({ deleted: true, after: '0'.repeat(40) })
    expect(result.queue === 'push' && 'sha' in result.job).toBe(false)
  })

  it.each([
    ['a tag', { ref: 'refs/tags/v1' }, 'not a branch'],
    ['a tag that looks like a branch', { ref: 'refs/tags/heads/main' }, 'not a branch'],
    ['a merge queue', { ref: 'refs/heads/gh-readonly-queue/main/pr-1-x' }, 'branch of a merge queue'],
    ['a hook of the repository', { installation: undefined }, 'not sent for an installation of the app'],
    ['a payload of another form', { repository: null }, 'no payload of push: repository'],
    ['an abbreviated commit', { after: 'abc' }, 'no payload of push: after'],
  ])('leaves %s alone', (_, more, reason) => {
    expect(read(more)).toEqual({ queue: 'none', reason })
  })

  it.each([null, 7, 'text', []])('never throws: %j', (payload) => {
    expect(readPush({ deliveryId: 'guid', payload, receivedAtMs: 0 }).queue).toBe('none')
  })
})
