import { expect, it } from 'vitest'
import { mostOf } from '../../../cli/grant/bounds.ts'
import { parseGrants } from '../../../cli/grant/parse-grants.ts'

const most = await mostOf('/')
const parse = (...args: string[]) => Object.fromEntries(parseGrants(args, most))

it('amounts are read as the config file’s are', () => {
  expect(parse('timeout=1.5m', 'memory=1GB', 'processes=2000')).toEqual({
    timeoutMs: 90_000,
    memoryBytes: 1024 ** 3,
    processes: 2000,
  })
  expect(parse('timeout=default')).toEqual({ timeoutMs: undefined })
  expect(parse('sleep=12h', 'scale=8')).toEqual({ idleMs: 12 * 3_600_000, sandboxes: 8 })
  expect(parse('sleep=Never', 'scale=default')).toEqual({ idleMs: Infinity, sandboxes: undefined })
})

it.each([
  ['timout=1s', /no limit "timout"; did you mean "timeout"/],
  ['memory=1000TB', /memory: .* is too much, .* is the most on this machine/],
  ['timeout=1w', /cannot be read; write for example timeout=10s/],
  ['timeout=60m', /1h is too much, 900s is the most/],
  ['processes=1', /1 is too little, 32 is the least/],
  ['sleep=soon', /sleep: "soon" cannot be read; write for example sleep=12h/],
  ['sleep=1ms', /1ms is too little, 100ms is the least/],
  ['scale=0', /scale: 0 is too little, 1 is the least/],
  ['scale=65', /65 is too much, 64 is the most/],
  ['idle=never', /did you mean "sleep"/],
  ['memory', /not of the form limit=amount/],
])('%s is refused in words', (arg, words) => {
  expect(() => parse(arg)).toThrow(words)
})
