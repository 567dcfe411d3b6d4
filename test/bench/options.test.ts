import { expect, it } from 'vitest'
import { parseOptions } from '../../bench/options.ts'

it('the bench measures all of it under both isolations when nothing is said', () => {
  const { only, isolations } = parseOptions([])
  expect(only).toContain('sleepers')
  expect(isolations).toEqual(['runc', 'gvisor'])
})

it('the bench measures only the parts that are named, wake standing for both kinds of it', () => {
  expect(parseOptions(['--only', 'wake,warm', '--isolation', 'gvisor'])).toMatchObject({
    only: ['frozen', 'cold', 'warm'],
    isolations: ['gvisor'],
  })
})

it('the bench refuses a part and an isolation that there is not, and says which there are', () => {
  expect(() => parseOptions(['--only', 'wram'])).toThrow('there are push, dependencies')
  expect(() => parseOptions(['--isolation', 'kvm'])).toThrow('it is runc or gvisor')
})
