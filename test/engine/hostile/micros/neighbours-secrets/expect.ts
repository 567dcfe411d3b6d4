import { expect } from 'vitest'
import type { Hostile } from '../../support/hostile.ts'

export default {
  does: 'looks for files, processes and environments of other micros',
  deployed: 'beforehand',
  async contained({ attack, alive, container, stack }) {
    const came = (await attack('/attack')) as Came
    const all = JSON.stringify(came)
    expect(all).toContain('MICRO_NAME=neighbours-secrets')
    expect(all).not.toContain('keeps this to itself')
    expect(came.users.length).toBe(1)
    expect(came.processes).toMatch(/micropush.init/)
    const own = await container()
    const { containers } = await stack.leftovers()
    const others = containers.map((line) => line.split(' ')).filter(([id = '']) => !own.id.startsWith(id))
    expect(others.length).toBeGreaterThan(1)
    for (const [id = '', deployment = ''] of others) {
      expect(all).not.toContain(id)
      expect(all).not.toContain(deployment)
    }
    expect(came.shared.split('\n').filter((path) => path.includes('.sock'))).toEqual(['/run/micropush/app.sock'])
    expect(
      came.unix.split('\n').filter((line) => line.includes('/') && !line.endsWith('/run/micropush/app.sock')),
    ).toEqual([])
    await alive()
  },
} satisfies Hostile

interface Came {
  readonly users: readonly string[]
  readonly processes: string
  readonly shared: string
  readonly unix: string
}
