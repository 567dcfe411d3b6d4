import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { startStopwatch } from '../../runner/stopwatch.ts'

beforeEach(() => vi.useFakeTimers({ now: 10_000 }))
afterEach(() => vi.useRealTimers())

it('each stage lasts until the next begins, and the first has begun when the deployment was made', () => {
  const watch = startStopwatch(8000)
  watch.stage('fetch')
  vi.advanceTimersByTime(30)
  watch.stage('build')
  vi.advanceTimersByTime(500)
  expect(watch.read()).toEqual({ queued: 2000, fetch: 30, build: 500, total: 2530 })
})

it('a stage that comes again is added up, and reading ends nothing', () => {
  const watch = startStopwatch(10_000)
  for (const name of ['fetch', 'build', 'fetch']) {
    watch.stage(name)
    vi.advanceTimersByTime(10)
  }
  expect(watch.read()).toEqual({ queued: 0, fetch: 20, build: 10, total: 30 })
  vi.advanceTimersByTime(5)
  expect(watch.read()).toEqual({ queued: 0, fetch: 25, build: 10, total: 35 })
})
