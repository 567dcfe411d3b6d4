import { expect, it } from 'vitest'
import { readCheck, readComment } from '../../../src/events/read-command.ts'

const receivedAtMs = Date.parse('2026-01-01T00:00:10Z')
const ada = { login: 'ada', type: 'User' }
const there = { repository: { id: 34, name: 'hello', owner: { login: 'ada' } }, installation: { id: 12 } }
const comment = { id: 5, body: '/rollback web', created_at: '2026-01-01T00:00:00Z', user: ada }
const commented = { action: 'created', issue: { number: 3, pull_request: { url: 'x' } }, comment, ...there }
const deploymentId = `d${'a'.repeat(30)}`
const pressed = {
  action: 'requested_action',
  requested_action: { identifier: 'rollback' },
  check_run: { external_id: deploymentId },
  sender: ada,
  ...there,
}

const readC = (payload: unknown) => readComment({ deliveryId: 'guid', payload, receivedAtMs })
const readB = (payload: unknown) => readCheck({ deliveryId: 'guid', payload, receivedAtMs })
const place = { deliveryId: 'guid', installationId: 12, repositoryId: 34, owner: 'ada', repository: 'hello' }

it('a new comment with a command is one', () => {
  expect(readC(commented)).toEqual({
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
  expect(readC({ ...commented, issue: { number: 4 } })).toMatchObject({ job: { from: { issue: 4, isPull: false } } })
})

it('a comment of this very second was not said before it came', () => {
  const now = { ...comment, created_at: '2026-01-01T00:00:10Z' }
  expect(readC({ ...commented, comment: now })).toMatchObject({ job: { receivedAtMs, saidAtMs: receivedAtMs } })
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
  expect(readC(payload)).toMatchObject({ queue: 'none' })
})

it.each(['redeploy', 'rollback', 'resume', 'approve'])('our button %s asks for that', (identifier) => {
  expect(readB({ ...pressed, requested_action: { identifier } })).toEqual({
    queue: 'command',
    job: { ...place, name: identifier, words: [], by: 'ada', from: { kind: 'check', deploymentId }, receivedAtMs },
  })
})

it('GitHub’s own button for another run builds again', () => {
  expect(readB({ ...pressed, action: 'rerequested', requested_action: undefined })).toMatchObject({
    queue: 'command',
    job: { name: 'redeploy' },
  })
})

it.each([
  ['created', { ...pressed, action: 'created' }],
  ['of another button', { ...pressed, requested_action: { identifier: 'format-the-disk' } }],
  ['of a run that is not of a deployment', { ...pressed, check_run: { external_id: '' } }],
  ['of a bot', { ...pressed, sender: { login: 'x[bot]', type: 'Bot' } }],
  ['of no installation', { ...pressed, installation: undefined }],
  ['something else', 'text'],
])('a check run’s event that is %s is left alone', (_, payload) => {
  expect(readB(payload)).toMatchObject({ queue: 'none' })
})
