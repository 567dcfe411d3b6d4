import examples from '@octokit/webhooks-examples'
import { expect, it } from 'vitest'
import { readPull } from '../../../src/events/read-pull.ts'

const all = examples as unknown as readonly { readonly name: string; readonly examples: readonly object[] }[]
const payloads = (all.find(({ name }) => name === 'pull_request')?.examples ?? []) as readonly {
  readonly action: string
  readonly number: number
  readonly pull_request: { readonly head: { readonly sha: string } }
}[]
const read = (payload: object) => readPull({ deliveryId: 'x', payload, receivedAtMs: 7 })
const of = (action: string) => ({ ...payloads.find((one) => one.action === action), installation: { id: 12 } })

it('an event of a pull request becomes a job that says which one, and how it looked', () => {
  const opened = of('opened')
  const told = { updatedAtMs: expect.any(Number) as number, sha: opened.pull_request?.head.sha, open: true }
  expect(read(opened)).toMatchObject({ queue: 'pull', job: { pull: opened.number, installationId: 12, told } })
  expect(read(of('closed'))).toMatchObject({ job: { told: { open: false } } })
})

it.each([
  'opened',
  'synchronize',
  'reopened',
  'closed',
  'ready_for_review',
  'converted_to_draft',
  'labeled',
  'unlabeled',
])('its previews are looked at when it is %s', (action) => {
  expect(read({ ...of('opened'), action })).toMatchObject({ queue: 'pull' })
})

it('what cannot change its previews is left alone', () => {
  const edited = { ...of('opened'), action: 'edited' }
  expect(read({ ...edited, changes: { title: { from: 'x' } } })).toMatchObject({ reason: 'only its words were edited' })
  expect(read({ ...edited, changes: { base: { ref: { from: 'x' } } } })).toMatchObject({ queue: 'pull' })
  expect(read(of('assigned'))).toMatchObject({ queue: 'none' })
  expect(read({ action: 'opened' })).toMatchObject({ queue: 'none' })
})
