import { describe, expect, test } from 'vitest'
import { parseEgressAllow } from '../../../runner/network/egress-allow.ts'

describe('what the operator opens', () => {
  test('is a list of networks, with a port or without', () => {
    expect(parseEgressAllow('10.20.0.0/16, 192.168.1.5:5432')).toEqual([
      { network: '10.20.0.0/16' },
      { network: '192.168.1.5', port: 5432 },
    ])
    expect(parseEgressAllow('')).toEqual([])
  })

  test.each(['database.lan', '10.0.0.0/33', '10.0.0.1:0', '10.0.0.1:70000', 'fd00::/8'])(
    'is refused when it is %s',
    (text) => {
      expect(() => parseEgressAllow(text)).toThrow(
        expect.objectContaining({
          code: 'setup-incomplete',
          message: expect.stringContaining(text.split('/', 1)[0] ?? ''),
        }),
      )
    },
  )
})
