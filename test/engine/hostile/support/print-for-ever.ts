import { expect } from 'vitest'
import type { Hostile } from './hostile.ts'
import { expectLogsBounded } from './logs-bounded.ts'

/** A micro that prints 100 MB as fast as it can: it answers while it prints, all of it is printed, and little of it is kept. */
export const containsPrinting: Hostile['contained'] = async ({ attack, alive, container }) => {
  await attack('/attack')
  await alive()
  await expect.poll(() => attack('/left'), { timeout: 60_000 }).toBe(0)
  await expectLogsBounded(await container())
  await alive()
}
