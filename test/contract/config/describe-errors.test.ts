import { expect, it } from 'vitest'
import { describeErrors } from '../../../contract/config/describe-errors.ts'

const error = (line: number, message: string) => ({ file: 'micro.yml', path: 'x', column: 1, line, message })

it('says file, line and fault', () => {
  expect(describeErrors([error(4, 'unknown key "runtme"')])).toBe('micro.yml line 4: unknown key "runtme"')
})

it('says how many more there are', () => {
  expect(describeErrors([error(1, 'a'), error(2, 'b'), error(3, 'c')])).toBe('micro.yml line 1: a (+2 more)')
})

it('never exceeds the most characters, counted as GitHub counts them, and keeps the number of the others', () => {
  const text = describeErrors([error(1, '😀'.repeat(200)), error(2, 'b')], 60)
  expect(Array.from(text)).toHaveLength(60)
  expect(text).toMatch(/😀… \(\+1 more\)$/)
})

it('is empty when nothing is wrong', () => {
  expect(describeErrors([])).toBe('')
})
