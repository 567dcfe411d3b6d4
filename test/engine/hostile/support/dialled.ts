import { expect } from 'vitest'

/** Targets as a query of the micros that dial. */
export function toEach(targets: readonly string[]): string {
  return targets.map((target) => `to=${encodeURIComponent(target)}`).join('&')
}

/** Ways in which a connection that the sandbox may not make fails: dropped on the way, or no route to begin with. */
const CLOSED = /^(no answer|ENETUNREACH|EHOSTUNREACH|EADDRNOTAVAIL|ECONNREFUSED|EINVAL|ETIMEDOUT|EAFNOSUPPORT)$/

/** Each of them was tried, and none was open. */
export function expectClosed(came: unknown, targets: readonly string[]): void {
  expect(came).toEqual(Object.fromEntries(targets.map((target) => [target, expect.stringMatching(CLOSED)])))
}
