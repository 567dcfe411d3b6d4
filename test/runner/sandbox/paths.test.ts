import { describe, expect, test } from 'vitest'
import { assertSocketPathsFit } from '../../../runner/sandbox/paths.ts'

describe('the data folder', () => {
  test('is refused when the sockets below it would have names too long', () => {
    expect(() => assertSocketPathsFit('/var/lib/micropush')).not.toThrow()
    expect(() => assertSocketPathsFit(`/${'x'.repeat(100)}`)).toThrow(
      expect.objectContaining({
        code: 'setup-incomplete',
        message: expect.stringMatching(/^MICROPUSH_DATA is \d+ bytes too long/),
      }),
    )
  })
})
