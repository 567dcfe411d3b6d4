import { expect, it } from 'vitest'
import { readCheck } from '../../../src/events/read-check.ts'

const deploymentId = `d${'a'.repeat(30)}`
const pressed = {
  action: 'requested_action',
  requested_action: { identifier: 'rollback' },
  check_run: { external_id: deploymentId },
  sender: { login: 'ada', type: 'User' },
  repository: { id: 34, name: 'hello', owner: { login: 'ada' } },
  installation: { id: 12 },
}

const receivedAtMs = 1
const read = (payload: unknown) => readCheck({ deliveryId: 'guid', payload, receivedAtMs })
const place = { deliveryId: 'guid', installationId: 12, repositoryId: 34, owner: 'ada', repository: 'hello' }

it.each(['redeploy', 'rollback', 'resume', 'approve'])('our button %s asks for that', (identifier) => {
  expect(read({ ...pressed, requested_action: { identifier } })).toEqual({
    queue: 'command',
    job: { ...place, name: identifier, words: [], by: 'ada', from: { kind: 'check', deploymentId }, receivedAtMs },
  })
})

it('GitHub’s own button for another run builds again', () => {
  expect(read({ ...pressed, action: 'rerequested', requested_action: undefined })).toMatchObject({
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
  expect(read(payload)).toMatchObject({ queue: 'none' })
})
