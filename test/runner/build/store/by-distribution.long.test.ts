import { expect, it } from 'vitest'
import { distributions, sized } from './distributions.ts'
import { byDistribution } from '../../../../runner/build/store/by-distribution.ts'

const { root, record } = distributions()

it('keeps nothing of lists that name millions of files which are not there', async () => {
  const lines = (from: number) => Array.from({ length: 500_000 }, (_, at) => `${(from + at).toString(36)}\n`).join('')
  for (let at = 0; at < 40; at += 1) await record(`p${at}-1`, lines(at * 500_000))
  expect(await byDistribution(root(), sized({ 'x-y': 1 }))).toEqual([{ name: 'x-y', bytes: 1 }])
})
