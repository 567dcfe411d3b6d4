import { expect, it } from 'vitest'
import { readComment } from '../../../src/events/read-comment.ts'

const receivedAtMs = Date.parse('2026-01-01T00:00:10Z')
const ada = { login: 'ada', type: 'User' }
const there = { repository: { id: 34, name: 'hello', owner: { login: 'ada' } }, installation: { id: 12 } }
const comment = { id: 5, body: '/rollback web', created_at: '2026-01-01T00:00:00Z', user: ada }
const commented = { action: 'created', issue: { number: 3, pull_request: { url: 'x' } }, comment, ...there }

const read = (payload: unknown) => readComment({ deliveryId: 'guid', payload, receivedAtMs })
const place = { deliveryId: 'guid', installationId: 12, repositoryId: 34, owner: 'ada', repository: 'hello' }

it('a new comment with a command is one', () => {
  expect(read(commented)).toEqual({
    queue: 'command',
    job: {
      ...place,
      name: 'rollback',
      words: ['web'],
      by: 'ada',
      from: { kind: 'comment', commentId: 5, issue: 3, isPull: true },
      receivedAtMs,
      saidAtMs: Date.parse('2026-01-01T00:00:00.999Z'),
    },
  })
  expect(read({ ...commented, issue: { number: 4 } })).toMatchObject({ job: { from: { issue: 4, isPull: false } } })
})

it('a comment of this very second was not said before it came', () => {
  const now = { ...comment, created_at: '2026-01-01T00:00:10Z' }
  expect(read({ ...commented, comment: now })).toMatchObject({ job: { receivedAtMs, saidAtMs: receivedAtMs } })
})

it.each([
  ['edited', { ...commented, action: 'edited' }],
  ['deleted', { ...commented, action: 'deleted' }],
  ['a bot’s', { ...commented, comment: { ...comment, user: { login: 'dependabot[bot]', type: 'Bot' } } }],
  [
    'of an account that only looks like a person',
    { ...commented, comment: { ...comment, user: { login: 'x[bot]', type: 'User' } } },
  ],
  ['of a deleted account', { ...commented, comment: { ...comment, user: null } }],
  ['without text', { ...commented, comment: { ...comment, body: null } }],
  ['quoted', { ...commented, comment: { ...comment, body: '> /rollback' } }],
  ['older than a quarter of an hour', { ...commented, comment: { ...comment, created_at: '2025-12-31T23:44:00Z' } }],
  ['of no installation', { ...commented, installation: undefined }],
  ['something else', null],
  ['nothing', {}],
])('a comment that is %s is left alone', (_, payload) => {
  expect(read(payload)).toMatchObject({ queue: 'none' })
})
