import { expect } from 'vitest'
import type { Hostile } from '../../support/hostile.ts'
import { expectClosed, toEach } from '../../support/dialled.ts'
import { internet, privateAddresses, privateIpv6 } from '../../support/surroundings.ts'

export default {
  does: 'looks for servers in private, carriers’ and benchmark networks',
  deployed: 'beforehand',
  async contained({ attack }) {
    const targets = [...privateAddresses, ...privateIpv6]
    expectClosed(await attack(`/attack?${toEach(targets)}`), targets)
    expect(await attack(`/attack?${toEach([internet])}`)).toEqual({ [internet]: 'open' })
  },
} satisfies Hostile
