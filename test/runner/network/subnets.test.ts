import { describe, expect, test } from 'vitest'
import { chooseSubnet } from '../../../runner/network/subnets.ts'

describe('a subnet', () => {
  test('is the first that nobody uses', () => {
    expect(chooseSubnet([])).toBe('172.30.0.0/22')
    expect(chooseSubnet(['172.30.2.7', '172.30.4.0/24'])).toBe('172.30.8.0/22')
    expect(chooseSubnet(['172.16.0.0/12'])).toBe('192.168.224.0/22')
  })

  test('is refused in words when all are used', () => {
    expect(() => chooseSubnet(['0.0.0.0/1', '128.0.0.0/1'])).toThrow(
      expect.objectContaining({ code: 'setup-incomplete' }),
    )
  })
})
