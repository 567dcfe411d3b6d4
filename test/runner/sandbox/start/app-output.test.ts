import { describe, expect, test } from 'vitest'
import { presentable } from '../../../../runner/sandbox/start/app-output.ts'

describe('the output of an app', () => {
  test('is shown without escapes, control characters and the sandbox’s paths', () => {
    const raw = '\u001b[31mError\u001b[0m at /app/src/x.js:1\r\nfile:///app/y.mjs\u0007\n/opt/app/keep'
    expect(presentable(raw)).toBe('Error at src/x.js:1\ny.mjs\n/opt/app/keep')
  })

  test('is cut at its beginning', () => {
    expect(presentable(`${'x'.repeat(9000)}end`)).toHaveLength(4000)
    expect(presentable(`${'x'.repeat(9000)}end`)).toMatch(/end$/)
  })
})
