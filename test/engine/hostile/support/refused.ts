import { expect } from 'vitest'

/** What each attempt came to: the error that the kernel gave, or several of which it may be one. */
export type Reasons = Readonly<Record<string, string | readonly string[]>>

/**
 * Each attempt was really made and failed for the right reason.
 *
 * @param otherwise - attempts whose reason is another than that of most.
 */
export function expectRefused(came: unknown, most: string | readonly string[], otherwise: Reasons = {}): void {
  const attempts = Object.keys(came as Record<string, string>)
  expect(attempts.length).toBeGreaterThan(1)
  expect(attempts).toEqual(expect.arrayContaining(Object.keys(otherwise)))
  const expected = attempts.map((name) => [name, oneOf(otherwise[name] ?? most)])
  expect(came).toEqual(Object.fromEntries(expected))
}

function oneOf(reasons: string | readonly string[]): unknown {
  return typeof reasons === 'string' ? reasons : expect.stringMatching(new RegExp(`^(${reasons.join('|')})$`))
}
