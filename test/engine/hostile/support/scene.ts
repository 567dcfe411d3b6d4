import { expect } from 'vitest'
import type { Scene } from './hostile.ts'
import { findContainer } from './container.ts'
import { endHostile, OWNER, pushHostile, servedBy } from './push.ts'

/** Longer than the pause after two crashes in a row and a start on a busy machine. */
const ALIVE_MS = 30_000

/** The doings of one hostile micro's description. */
export function openScene(of: Pick<Scene, 'isolation' | 'stack' | 'traps' | 'neighbours' | 'name' | 'token'>): Scene {
  const { stack, name } = of
  const host = stack.host(`${name}--${OWNER}`)
  const ask: Scene['ask'] = (path = '/', rest = {}) => stack.ask(host, { ...rest, path })
  return {
    ...of,
    host,
    ask,
    async attack(path) {
      const { status, body } = await ask(path)
      expect({ status, body }).toMatchObject({ status: 200 })
      return JSON.parse(body) as unknown
    },
    alive: () => expect.poll(async () => (await ask()).body, { timeout: ALIVE_MS }).toBe('alive'),
    container: async () => findContainer(stack.dataDir, await servedBy(stack, name)),
    push: (over = {}) => pushHostile(stack, name, over),
    end: () => endHostile(stack, name),
  }
}
