import { describe, expect, it } from 'vitest'
import { aboutEvent } from '../../../src/events/about.ts'
import { readInstallation } from '../../../src/events/read-installation.ts'
import { readRepositoryEvent } from '../../../src/events/read-repository.ts'

const deliver = (payload: unknown) => ({ deliveryId: 'x', payload, receivedAtMs: 5 })
const repository = { id: 3, name: 'hello', full_name: 'ada/hello', owner: { login: 'ada' } }
const repositoryEvent = (action: string, more = {}) =>
  readRepositoryEvent(deliver({ action, repository, installation: { id: 7 }, ...more }))

describe('an event of a repository', () => {
  it.each(['renamed', 'transferred', 'archived', 'unarchived', 'created'])(
    'asks for a look when it is %s',
    (action) => {
      expect(repositoryEvent(action)).toMatchObject({ queue: 'lifecycle', job: { repositoryId: 3, told: 'there' } })
    },
  )
  it('says that it is gone when it is deleted', () => {
    expect(repositoryEvent('deleted')).toMatchObject({ job: { kind: 'repository', told: 'gone' } })
  })
  it('asks for nothing when only who may see it has changed, or its words', () => {
    for (const action of ['privatized', 'publicized', 'edited']) {
      expect(repositoryEvent(action, { changes: { description: { from: 'x' } } })).toMatchObject({ queue: 'none' })
    }
    expect(repositoryEvent('edited', { changes: { default_branch: { from: 'x' } } })).toMatchObject({
      queue: 'lifecycle',
    })
    expect(readRepositoryEvent(deliver({ action: 'deleted', repository }))).toMatchObject({ queue: 'none' })
  })
})

describe('an event of an installation', () => {
  const read = (payload: object) => readInstallation(deliver({ installation: { id: 7 }, ...payload }))
  it.each([
    ['created', 'there'],
    ['unsuspend', 'there'],
    ['deleted', 'gone'],
    ['suspend', 'gone'],
    ['new_permissions_accepted', undefined],
    ['renamed', undefined],
  ])('tells by %s that it is %s', (action, told) => {
    const event = read({ action })
    expect(event).toMatchObject({ queue: 'lifecycle', job: { kind: 'installation', installationId: 7 } })
    expect(event.queue === 'lifecycle' ? event.job.told : 'none').toBe(told)
  })
  it('names the repositories that came and went, and not more of them than fit', () => {
    const many = Array.from({ length: 700 }, (_, id) => ({ id }))
    expect(read({ action: 'added', repositories_added: many })).toMatchObject({
      job: { added: { length: 500 } },
    })
    expect(read({ action: 'removed', repositories_removed: [{ id: 4 }] })).toMatchObject({ job: { removed: [4] } })
  })
  it('is left alone when it has no installation', () => {
    expect(readInstallation(deliver({ action: 'created' }))).toMatchObject({ queue: 'none' })
  })
})

it('events are called what people call them, whatever else is in them', () => {
  expect(aboutEvent('push', { ref: 'refs/heads/a/b', repository })).toEqual({
    event: 'push',
    about: 'a/b',
    repositories: ['ada/hello'],
  })
  expect(aboutEvent('pull_request', { action: 'opened', number: 4, repository }).about).toBe('#4')
  expect(aboutEvent('installation', { action: 'created', repositories: [repository] }).repositories).toEqual([
    'ada/hello',
  ])
  expect(aboutEvent('x', { action: 7, ref: {}, repository: 'x', number: 'x' })).toEqual({
    event: 'x',
    about: '',
    repositories: [],
  })
  expect(aboutEvent('x', null)).toMatchObject({ repositories: [] })
})
