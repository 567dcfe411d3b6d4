import { expect } from 'vitest'
import type { Scene } from './hostile.ts'

/** The attack's answer is refused whole, and nothing of it reaches those who ask after it. */
export async function expectReplyRefused({ ask, alive }: Scene): Promise<void> {
  const came = await ask('/attack')
  expect(came.status).toBe(502)
  expect(JSON.parse(came.body)).toMatchObject({ error: 'reply-invalid', request_id: expect.any(String) })
  expect(JSON.stringify(came)).not.toMatch(/smuggled|stolen|injected/i)
  // What else it wrote is nobody's answer.
  for (let count = 0; count < 5; count += 1) await alive()
}

/** The attack's answer is cut off, which no client takes for the end, and the micro serves on. */
export async function expectCutOff({ ask, alive }: Scene): Promise<void> {
  await expect(ask('/attack')).rejects.toThrow(/aborted|hang up|ECONNRESET/)
  await alive()
}
