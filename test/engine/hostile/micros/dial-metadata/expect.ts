import { expect } from 'vitest'
import type { Hostile } from '../../support/hostile.ts'
import { expectClosed, toEach } from '../../support/dialled.ts'
import { internet, metadata, metadataIpv6, resolver } from '../../support/surroundings.ts'

export default {
  does: 'asks the clouds’ metadata services for credentials, over TCP and UDP, IPv4 and IPv6',
  deployed: 'beforehand',
  telling: true,
  async contained({ attack }) {
    const targets = [...metadata, ...metadataIpv6]
    expectClosed(await attack(`/tcp?${toEach(targets)}`), targets)
    expectClosed(await attack(`/udp?${toEach(targets)}`), targets)
    expect(await attack(`/tcp?${toEach([internet])}`)).toEqual({ [internet]: 'open' })
    expect(await attack(`/udp?${toEach([resolver])}`)).toEqual({ [resolver]: 'open' })
  },
} satisfies Hostile
