import { expect } from 'vitest'
import type { Hostile } from '../../support/hostile.ts'
import { toEach } from '../../support/dialled.ts'
import { names } from '../../support/surroundings.ts'

export default {
  does: 'dials names that resolve to metadata services and private addresses',
  deployed: 'beforehand',
  telling: true,
  async contained({ attack }) {
    const { 'internet.test': internet, ...closed } = names
    const came = (await attack(`/attack?${toEach(Object.keys(names))}`)) as Record<string, unknown>
    expect(came['internet.test']).toEqual({ addresses: internet, came: ['open'] })
    for (const [name, addresses] of Object.entries(closed)) {
      // The name was really resolved, so it was the firewall that stood in the way.
      expect(came[name]).toEqual({ addresses: addresses.map(canonical), came: expect.not.arrayContaining(['open']) })
    }
  },
} satisfies Hostile

function canonical(address: string): string {
  return address
}
