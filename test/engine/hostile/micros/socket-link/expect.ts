import { readlink } from 'node:fs/promises'
import { expect } from 'vitest'
import type { Hostile } from '../../support/hostile.ts'
import { findContainer } from '../../support/container.ts'

export default {
  does: 'puts a link to a neighbour’s socket in the place of its own',
  deployed: 'beforehand',
  telling: true,
  async contained({ attack, alive, container, stack, neighbours }) {
    const id = await stack.store.redis.hget(stack.store.keys.hosts, neighbours.node.host.replace(/:\d+$/, ''))
    const { paths } = await findContainer(stack.dataDir, id ?? '')
    expect(await attack(`/attack?to=${encodeURIComponent(paths.socket)}`)).toBe(paths.socket)
    const own = await container()
    expect(await readlink(own.paths.appSocket)).toBe(paths.socket)
    // The gateway dials what it was at the start, under a name that the micro cannot change.
    for (let count = 0; count < 5; count += 1) await alive()
  },
} satisfies Hostile
