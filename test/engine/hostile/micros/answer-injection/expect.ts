import { expect } from 'vitest'
import type { Hostile } from '../../support/hostile.ts'

export default {
  does: 'breaks lines within its headers',
  deployed: 'beforehand',
  async contained({ ask, alive }) {
    const came = await ask('/attack')
    expect(came.status).toBe(502)
    expect(JSON.parse(came.body)).toMatchObject({ error: 'reply-invalid', request_id: expect.any(String) })
    expect(JSON.stringify(came)).not.toMatch(/smuggled|stolen|injected/i)
    // What else it wrote is nobody's answer.
    for (let count = 0; count < 5; count += 1) await alive()
  },
} satisfies Hostile
