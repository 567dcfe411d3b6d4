import { expect, test } from 'vitest'
import { statusLine, stillWorkingLine } from '../../../forge/push/words.ts'

const status = {
  id: 1,
  repositoryId: 1,
  sha: 'a'.repeat(40),
  context: 'micropush/hello',
  creatorId: 1,
  createdAtMs: 0,
  description: null,
  targetUrl: null,
}

test('a success is an address to open, or what was said instead', () => {
  const targetUrl = 'http://hello--ada.localhost:8080'
  expect(statusLine({ ...status, state: 'success', targetUrl })).toBe(`hello is live at ${targetUrl}`)
  expect(statusLine({ ...status, state: 'success', description: 'Nothing to do' })).toBe('hello: Nothing to do')
  const skipped = { ...status, state: 'success', description: 'Skipped: [skip ci]', targetUrl } as const
  expect(statusLine(skipped)).toBe(`hello: Skipped: [skip ci] - ${targetUrl}`)
})

test('a failure has its reason and the way to the log', () => {
  const failed = { ...status, description: 'npm ci failed', targetUrl: 'http://127.0.0.1:4001/d/1' }
  expect(statusLine({ ...failed, state: 'failure' })).toBe('hello failed: npm ci failed - http://127.0.0.1:4001/d/1')
  expect(statusLine({ ...failed, state: 'error', targetUrl: null })).toBe('hello was not deployed: npm ci failed')
})

test('what a build printed cannot steer the terminal or make lines of its own', () => {
  const description = '\u001b[31mred\u001b[0m\r\nremote: fine \u001b]0;title\u0007'
  expect(statusLine({ ...status, state: 'pending', description })).toBe('hello: red remote: fine  ]0;title')
})

test('the end of patience is told in minutes', () => {
  expect(stillWorkingLine(600_000)).toMatch(/^Still at work after 10 minutes/)
})
