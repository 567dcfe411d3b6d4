import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listSandboxes } from '../../../../runner/sandbox/list-sandboxes.ts'
import type { Sandbox } from '../../../../runner/sandbox/sandbox.ts'
import { openFreezers } from '../../../../runner/sandbox/sleep/freezers.ts'
import { freeze, thaw } from '../../../../runner/sandbox/sleep/sleep.ts'
import { isolationsHere, openStage, type Stage } from '../stage.ts'
import { echo, send } from './sleepers.ts'

const fixture = new URL('../fixtures/killed-at-freezer.ts', import.meta.url).pathname
/** How many turns of its event loop the engine lives on once it has asked for the change. */
const KILLED = [
  ['freeze', 0],
  ['freeze', 3],
  ['thaw', 0],
  ['thaw', 3],
] as const
/** What is not frozen answers sooner. */
const EARLY_MS = 200

describe.each(await isolationsHere())('under %s', (isolation) => {
  let stage: Stage
  let sandbox: Sandbox
  beforeAll(async () => {
    stage = await openStage(isolation)
    sandbox = await stage.start(echo)
  })
  afterAll(() => stage.close())

  test.each(KILLED)(
    'an engine that is killed amid a %s, %i turns on, leaves a sandbox whose state can be seen',
    async (what, turns) => {
      if (what === 'thaw') await freeze(stage.context, sandbox)
      stage.context.freezers.forget(sandbox.containerId)
      const child = execFile(process.execPath, [fixture, sandbox.containerId, isolation, what, String(turns)])
      expect((await once(child, 'close'))[1]).toBe('SIGKILL')
      // An engine that knows nothing of what was before.
      const next = { ...stage.context, freezers: openFreezers(stage.docker) }
      const [listed] = await listSandboxes(next)
      const { answer } = await send(sandbox, '/waits')
      const early = await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, EARLY_MS, 'none'))])
      expect(early).toBe(listed?.state === 'frozen' ? 'none' : '/waits')
      await thaw(next, sandbox)
      expect(await answer).toBe('/waits')
      await freeze(next, sandbox)
      await thaw(next, sandbox)
      expect(await (await send(sandbox, '/here')).answer).toBe('/here')
      next.freezers.forget(sandbox.containerId)
    },
  )
})
