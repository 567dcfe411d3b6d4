import { describe, expect, it } from 'vitest'
import { classifyAnswer, classifyFailure } from '../../../src/github/classify-failure.ts'

const now = 1_000_000_000

function answer(status: number, headers: Record<string, string> = {}, message = '') {
  return classifyAnswer({ status, headers, message }, now)
}

describe('a failed call to GitHub', () => {
  it.each([404, 410, 422, 451, 400])('is final with %i', (status) => {
    expect(answer(status)).toEqual({ kind: 'final', status })
  })

  it.each([401, 500, 502, 503, 504])('is tried again with %i', (status) => {
    expect(answer(status)).toEqual({ kind: 'retry', afterMs: undefined })
  })

  it.each([403, 429])('waits as long as retry-after says with %i', (status) => {
    expect(answer(status, { 'retry-after': '17' })).toEqual({ kind: 'retry', afterMs: 17_000 })
  })

  it('waits until the limit is reset when nothing remains', () => {
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(now / 1000 + 30) }
    expect(answer(403, headers)).toEqual({ kind: 'retry', afterMs: 30_000 })
  })

  it('waits a minute at a secondary limit that gives no hint', () => {
    const words = 'You have exceeded a secondary rate limit. Please wait a few minutes.'
    expect(answer(403, { 'x-ratelimit-remaining': '100' }, words)).toEqual({ kind: 'retry', afterMs: 60_000 })
  })

  it('is final when a permission is missing', () => {
    const words = 'Resource not accessible by integration'
    expect(answer(403, { 'x-ratelimit-remaining': '100' }, words)).toEqual({ kind: 'final', status: 403 })
  })

  it('never waits less than a second or more than about an hour, whatever the hint', () => {
    expect(answer(429, { 'retry-after': '0' })).toEqual({ kind: 'retry', afterMs: 1000 })
    expect(answer(429, { 'retry-after': '999999' })).toEqual({ kind: 'retry', afterMs: 65 * 60_000 })
  })

  it('is read from the errors that Octokit throws, and a lost connection is tried again', () => {
    const error = Object.assign(new Error('x'), { status: 429, response: { headers: { 'retry-after': '5' } } })
    expect(classifyFailure(error, now)).toMatchObject({ afterMs: 5000 })
    expect(classifyFailure(new Error('socket hang up'), now)).toEqual({ kind: 'retry', afterMs: undefined })
  })
})
