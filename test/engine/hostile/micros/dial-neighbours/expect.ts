import { once } from 'node:events'
import { connect } from 'node:net'
import { expect } from 'vitest'
import type { Hostile } from '../../support/hostile.ts'
import { findContainer } from '../../support/container.ts'

export default {
  does: 'dials its neighbours on the same bridge',
  deployed: 'beforehand',
  async contained({ attack, stack, neighbours }) {
    const id = await stack.store.redis.hget(stack.store.keys.hosts, neighbours.node.host.replace(/:\d+$/, ''))
    const { address } = await findContainer(stack.dataDir, id ?? '')
    // The host can: there is something to reach.
    const socket = connect({ host: address, port: 9000, timeout: 3000 })
    await once(socket, 'data')
    socket.destroy()
    expect(await attack(`/one?to=${address}`)).not.toBe('open')
    expect(await attack('/around')).toEqual({ tried: 63, open: 0 })
  },
} satisfies Hostile
