import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { skipByMessage } from '../../../src/skip/skip-by-message.ts'

describe('a commit message', () => {
  it.each([
    '[skip ci]',
    '[ci skip]',
    '[no ci]',
    '[skip actions]',
    '[actions skip]',
    '[skip deploy]',
    '[deploy skip]',
    '[skip cd]',
    '[cd skip]',
    '[skip micropush]',
    '[micropush skip]',
    '[skip render]',
    '[render skip]',
    '[CF-Pages-Skip]',
    '[Skip CI]',
    '[skip-ci]',
    '[CI-Skip]',
  ])('with %s anywhere is skipped, and the marker given as written', (marker) => {
    expect(skipByMessage(marker)).toBe(marker)
    expect(skipByMessage(`Mend the docs ${marker}`)).toBe(marker)
    expect(skipByMessage(`Mend the docs\n\nNobody reads${marker}them.\n\nSigned-off-by: Ada`)).toBe(marker)
  })

  it.each([
    'Mend the docs\n\n\nskip-checks: true',
    'Mend the docs\n\n\nskip-checks:true\n',
    'Mend the docs\n\nskip-checks: true\n\n',
    'Mend the docs\r\n\r\n\r\nskip-checks: true\r\n',
    'Mend the docs\n\nWhy: a body\n\n\nSigned-off-by: Ada <ada@example.org>\nNote: one\n of two lines\nSkip-Checks: True',
  ])('that ends with the trailer skip-checks is skipped: %j', (message) => {
    expect(skipByMessage(message)).toMatch(/^skip-checks: ?true$/i)
  })

  it.each([
    '',
    'Mend the docs',
    'skip ci',
    '(skip ci)',
    '[skip ci',
    '[skip the ci]',
    '[skipci]',
    '[skip]',
    '[ci]',
    '[no deploy]',
    '[skip netlify]',
    'Do [not skip ci]',
    'skip-checks: true',
    'Mend the docs\nskip-checks: true',
    'Mend the docs\n\nskip-checks: true\nSigned-off-by: Ada',
    'Mend the docs\n\nskip-checks: true\n\nMore words',
    'Mend the docs\n\nA body goes on\nskip-checks: true',
    'Mend the docs\n\nskip-checks: false',
    'Mend the docs\n\nskip-checks: true, or not',
    'Mend the docs\n\nno-skip-checks: true',
  ])('without one is not: %j', (message) => {
    expect(skipByMessage(message)).toBeUndefined()
  })

  it('is heeded in every way that the guide tells of', () => {
    const guide = readFileSync(new URL('../../../docs/micro-yml.md', import.meta.url), 'utf8')
    const markers = [...(/^A commit whose message has .*?trailer/ms.exec(guide)?.[0] ?? '').matchAll(/`(\[.*?\])`/g)]
    expect(markers).toHaveLength(11)
    for (const [, marker] of markers) expect(skipByMessage(`x ${marker}`)).toBe(marker)
  })

  it('of a megabyte is read at once', () => {
    const before = process.hrtime.bigint()
    for (const part of ['[skip ', '[', '\n', 'a: b\n', 'skip-checks: ', ' ']) skipByMessage(part.repeat(200_000))
    expect(Number(process.hrtime.bigint() - before) / 1e6).toBeLessThan(2000)
  })
})
