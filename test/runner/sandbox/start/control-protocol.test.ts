import { describe, expect, test } from 'vitest'
import { encodeStart, parseInitLine } from '../../../../runner/sandbox/start/control-protocol.ts'

describe('the words of the control channel', () => {
  test('are known one by one', () => {
    expect(parseInitLine('loaded')).toEqual({ kind: 'loaded' })
    expect(parseInitLine('failed Error: x\\n    at y')).toEqual({ kind: 'failed', text: 'Error: x\n    at y' })
    expect(parseInitLine('Loaded')).toBeUndefined()
    expect(parseInitLine('')).toBeUndefined()
  })

  test('a start message counts its bytes and carries mode, arguments and environment', () => {
    const message = encodeStart({ mode: 'loader', argv: ['node', 'ä.js'], env: { A: '1', B: 'two\nlines' } })
    expect(message.toString()).toBe('start 36\nloader\x002\0node\0ä.js\0A=1\0B=two\nlines\0')
  })

  test('a NUL in a value cannot make an entry of its own', () => {
    const message = encodeStart({ mode: 'loader', argv: ['node'], env: { A: '1\0PATH=/evil' } })
    expect(message.toString()).not.toContain('evil')
  })
})
