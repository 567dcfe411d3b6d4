import { expect, test } from 'vitest'
import { expectValidRequest, expectValidResponse, expectValidWebhook, templateOf } from './validate.ts'

const STATUSES = '/repos/{owner}/{repo}/statuses/{sha}'

test('a request as GitHub describes it passes, and one with a wrong word or a missing field does not', () => {
  expect(() => expectValidRequest('POST', STATUSES, { state: 'success', target_url: null })).not.toThrow()
  expect(() => expectValidRequest('POST', STATUSES, { state: 'done' })).toThrow(/state.*"pending"/)
  expect(() => expectValidRequest('POST', STATUSES, {})).toThrow(/required property 'state'/)
  expect(() => expectValidRequest('POST', '/nowhere', {})).toThrow(/describes no POST \/nowhere/)
})

test('an answer with a wrong type, a missing field or an undescribed status is refused', () => {
  const operation = { method: 'GET', pathTemplate: '/repos/{owner}/{repo}/git/ref/{ref}', status: 200 }
  const object = { type: 'commit', sha: 'a'.repeat(40), url: 'https://example.org/' }
  const ref = { ref: 'refs/heads/main', node_id: 'x', url: 'https://example.org/', object }
  expect(() => expectValidResponse(operation, ref)).not.toThrow()
  expect(() => expectValidResponse(operation, { ...ref, ref: 1 })).toThrow(/\/ref must be string/)
  expect(() => expectValidResponse(operation, { ...ref, object: { type: 'commit' } })).toThrow(
    /required property 'sha'/,
  )
  expect(() => expectValidResponse({ ...operation, status: 299 }, ref)).toThrow(/no such status/)
})

test('a webhook without its required fields is refused', () => {
  expect(() => expectValidWebhook('push', { ref: 'refs/heads/main' })).toThrow(/required property 'after'/)
})

test('a concrete path finds the most exact template', () => {
  expect(templateOf('get', '/repos/ada/hello/commits/feature/x/status')).toBe(
    '/repos/{owner}/{repo}/commits/{ref}/status',
  )
  expect(templateOf('GET', '/repos/ada/hello/contents/a/b.yml')).toBe('/repos/{owner}/{repo}/contents/{path}')
  expect(templateOf('get', '/repos/ada/hello/commits/main')).toBe('/repos/{owner}/{repo}/commits/{ref}')
})

test('every schema of the extract can be compiled', () => {
  expect(() => expectValidWebhook('pull-request-opened', {})).toThrow(/is not what GitHub describes/)
})
