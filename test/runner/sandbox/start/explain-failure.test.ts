import { describe, expect, test } from 'vitest'
import { describeFailure } from '../../../../runner/sandbox/start/explain-failure.ts'

const facts = {
  micro: 'hello',
  command: undefined,
  memoryBytes: 512 * 1024 * 1024,
  failed: { phase: 'imported', end: { kind: 'closed' } },
  output: '',
  oomKilled: false,
  exitCode: 1,
} as const

describe('the words for a start that failed', () => {
  test('say what the loader said', () => {
    const end = { kind: 'failed', text: "Error: Cannot find module 'express'\nRequire stack:\n- index.js" } as const
    expect(describeFailure({ ...facts, failed: { phase: 'imported', end } })).toMatchObject({
      code: 'start-failed',
      message: "hello did not start: Error: Cannot find module 'express'\nRequire stack:\n- index.js",
    })
  })

  test('name the exit code, the command and what was written last', () => {
    const { code, message } = describeFailure({
      ...facts,
      command: 'npm start',
      exitCode: 127,
      output: 'sh: npm: not found',
    })
    expect(code).toBe('start-failed')
    expect(message).toMatch(/^hello \(`npm start`\) ended with exit code 127/)
    expect(message).toContain('Its last output:\nsh: npm: not found')
  })

  test('name the limit when memory ran out, whatever else was said', () => {
    const end = { kind: 'failed', text: 'killed by signal 9' } as const
    expect(describeFailure({ ...facts, oomKilled: true, failed: { phase: 'imported', end } })).toMatchObject({
      code: 'out-of-memory',
      message: expect.stringContaining('512 MB'),
    })
  })

  test('say what was waited for in vain', () => {
    const late = { kind: 'late', startMs: 30_000 } as const
    expect(describeFailure({ ...facts, failed: { phase: 'imported', end: late } })).toMatchObject({
      code: 'start-timeout',
      message: expect.stringContaining('within 30 s: its import did not come to an end'),
    })
    expect(
      describeFailure({ ...facts, command: 'node x', failed: { phase: 'listening', end: late } }).message,
    ).toContain('`node x` does not listen')
  })
})
