import { expect, it } from 'vitest'
import { platformLimits } from '../../../contract/limits.ts'
import type { OutputLine } from '../../../runner/docker/read-output.ts'
import { freshRate, limitRate, settleRate } from '../../../runner/logs/limit-rate.ts'

const { appLogLinesPerSecond: LINES, appLogBytesPerSecond: BYTES } = platformLimits

function lines(count: number, second: number, text = 'x'): OutputLine[] {
  const at = `2026-11-24T09:00:${String(second).padStart(2, '0')}.000000001Z`
  return Array.from({ length: count }, () => ({ stream: 'out' as const, at, bytes: Buffer.from(text) }))
}

it('lets through what a second allows, exactly, and says how much that second lost when the next one begins', () => {
  const first = limitRate(freshRate, lines(LINES, 1))
  expect(first.kept).toHaveLength(LINES)
  const second = limitRate(first.rate, lines(3, 1, 'four'))
  expect(second.kept).toEqual([])
  const third = limitRate(second.rate, lines(1, 2))
  expect(third.kept).toEqual([{ dropped: { lines: 3, bytes: 12 } }, ...lines(1, 2)])
  expect(limitRate(third.rate, lines(1, 3)).kept).toEqual(lines(1, 3))
})

it('counts bytes as well', () => {
  const half = 'x'.repeat(BYTES / 2)
  const { kept, rate } = limitRate(freshRate, lines(3, 1, half))
  expect(kept).toHaveLength(2)
  expect(rate).toMatchObject({ droppedLines: 1, droppedBytes: BYTES / 2 })
})

it('goes by the time at which lines were written: seconds that come all at once lose nothing', () => {
  const backlog = Array.from({ length: 20 }, (_, second) => lines(LINES, second)).flat()
  expect(limitRate(freshRate, backlog).kept).toHaveLength(20 * LINES)
})

it('says it in silence too, once, and lets nothing more through in that second', () => {
  const { rate } = limitRate(freshRate, lines(LINES + 2, 1))
  const settled = settleRate(rate)
  expect(settled.kept).toEqual([{ dropped: { lines: 2, bytes: 2 } }])
  expect(settleRate(settled.rate).kept).toEqual([])
  const later = limitRate(settled.rate, [...lines(1, 1), ...lines(1, 2)])
  expect(later.kept).toEqual([{ dropped: { lines: 1, bytes: 1 } }, ...lines(1, 2)])
})
