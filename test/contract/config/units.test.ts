import { describe, expect, it } from 'vitest'
import { writeDuration, parseDuration } from '../../../contract/config/parse-duration.ts'
import { writeSize, parseSize } from '../../../contract/config/parse-size.ts'

const MB = 1024 * 1024

describe('durations', () => {
  it.each([
    ['10s', 10_000],
    ['500ms', 500],
    ['30', 30_000],
    ['1.5 s', 1500],
    ['0.5', 500],
    [' 2M ', 120_000],
    ['1min', 60_000],
    ['12h', 43_200_000],
    ['7 D', 604_800_000],
    ['1.5d', 129_600_000],
  ])('reads %j as milliseconds', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })

  it.each(['', 's', '-1s', '1h30', '1,5s', '1e3', '10 sekunden', '1s 2s', 'NaN', '９s'])(
    'knows that %j is none',
    (text) => {
      expect(parseDuration(text)).toBeUndefined()
    },
  )

  it('writes them as a person would', () => {
    const durations = [10_000, 1500, 500, 60_000, 3_600_000, 129_600_000, 604_800_000, 0]
    expect(durations.map(writeDuration)).toEqual(['10s', '1.5s', '500ms', '60s', '1h', '36h', '7d', '0ms'])
  })
})

describe('sizes', () => {
  it.each([
    ['512MB', 512 * MB],
    ['1GB', 1024 * MB],
    ['1GiB', 1024 * MB],
    ['5.5MB', 5.5 * MB],
    ['512m', 512 * MB],
    ['1 kb', 1024],
    ['100', 100],
    ['100B', 100],
    ['0.5K', 512],
  ])('reads %j as bytes, binary', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes)
  })

  it.each(['', 'MB', '-1MB', '1XB', '1,5MB', '1MBs', '1 M B', '999999999999999T', '1e6', '0x10'])(
    'knows that %j is none',
    (text) => {
      expect(parseSize(text)).toBeUndefined()
    },
  )

  it('writes them as a person would', () => {
    expect([512 * MB, 5.5 * MB, 2048 * MB, 1536, 100].map(writeSize)).toEqual([
      '512MB',
      '5.5MB',
      '2GB',
      '1.5KB',
      '100 bytes',
    ])
  })
})
