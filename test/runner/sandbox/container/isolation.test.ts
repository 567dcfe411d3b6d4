import { describe, expect, test } from 'vitest'
import { chooseIsolation, runtimeOf } from '../../../../runner/sandbox/container/isolation.ts'

describe('the isolation of sandboxes', () => {
  test('auto takes gVisor where the daemon knows it', () => {
    expect(chooseIsolation('auto', ['runc', 'runsc'])).toMatchObject({ isolation: 'gvisor' })
  })

  test('auto takes runc elsewhere and says what that means and how to have more', () => {
    const { isolation, means } = chooseIsolation('auto', ['runc'])
    expect(isolation).toBe('runc')
    expect(means).toMatch(/share the host’s kernel/)
    expect(means).toContain('npm run install-gvisor')
  })

  test('runc is taken when it is asked for, even where gVisor is', () => {
    expect(chooseIsolation('runc', ['runc', 'runsc']).isolation).toBe('runc')
  })

  test('gVisor is never replaced in silence', () => {
    expect(() => chooseIsolation('gvisor', ['runc'])).toThrow(
      expect.objectContaining({ code: 'setup-incomplete', message: expect.stringContaining('npm run install-gvisor') }),
    )
  })

  test('the daemon’s name for each is known', () => {
    expect([runtimeOf('gvisor'), runtimeOf('runc')]).toEqual(['runsc', 'runc'])
  })
})
