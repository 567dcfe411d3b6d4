import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { containerState } from '../../../runner/docker/containers.ts'
import { exitOf } from './exit-of.ts'
import { isolationsHere, openStage, probe, runInside, type Stage } from './stage.ts'

const MB = 1024 * 1024

describe.each(await isolationsHere())('the limits of a sandbox under %s', (isolation) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await openStage(isolation)
  })
  afterAll(() => stage.close())

  test('/tmp takes 512 MB and says ENOSPC at 513, with the app going on, which may use its memory besides', async () => {
    const sandbox = await stage.start(probe)
    const fill = await runInside(
      sandbox,
      `const fs = require('fs'); const fd = fs.openSync('/tmp/big', 'w'); const block = Buffer.alloc(${MB}, 1); let written = 0
       try { for (; written < 513; written += 1) { let at = 0; while (at < block.length) at += fs.writeSync(fd, block, at) } } catch (error) { return { written, code: error.code } }
       return { written }`,
    )
    expect(fill.value).toEqual({ written: 512, code: 'ENOSPC' })
    const memory = await runInside(sandbox, `global.kept = Buffer.alloc(${350 * MB}, 1); return global.kept.length`)
    expect(memory.value).toBe(350 * MB)
    const emptied = await runInside(
      sandbox,
      `require('fs').rmSync('/tmp/big'); require('fs').writeFileSync('/tmp/a', 'b'); return 'fine'`,
    )
    expect(emptied.value).toBe('fine')
  })

  test('/tmp holds a bounded number of files', async () => {
    const sandbox = await stage.start({ ...probe, limits: { tmpBytes: 64 * MB } })
    const { value } = await runInside(
      sandbox,
      `const fs = require('fs'); let made = 0
       try { for (; made < 70000; made += 1) fs.closeSync(fs.openSync('/tmp/f' + made, 'w')) } catch (error) { return error.code }
       return made`,
    )
    expect(value).toBe('ENOSPC')
  })

  test('600 MB of memory end it, and the watch says why', async () => {
    const sandbox = await stage.start(probe)
    const exited = await exitOf(stage, async () => {
      const bomb = runInside(
        sandbox,
        `const kept = []; for (let i = 0; i < 600; i += 1) kept.push(Buffer.alloc(${MB}, 1)); return kept.length`,
      )
      await expect(bomb).rejects.toThrow(/hang up|ECONNRESET|EPIPE/)
    })
    expect(exited).toMatchObject({
      deploymentId: sandbox.deploymentId,
      containerId: sandbox.containerId,
      exitCode: 137,
      oomKilled: true,
    })
    expect(await containerState(stage.docker, sandbox.containerId)).toMatchObject({ running: false })
  })

  test('a fork bomb is bounded and a neighbour goes on answering', async () => {
    const [bomb, neighbour] = await Promise.all([
      stage.start({ ...probe, limits: { processes: 96 } }),
      stage.start(probe),
    ])
    const bombing = runInside(
      bomb,
      `const { spawn } = require('child_process'); let made = 0; let refused = 0
       for (let i = 0; i < 200; i += 1) {
         try { const child = spawn('sleep', ['60'], { stdio: 'ignore' }); child.on('error', () => { refused += 1 }); if (child.pid) made += 1 } catch { refused += 1 }
       }
       return { made, refused: 200 - made }`,
    )
    expect((await runInside(neighbour, `return 'here'`)).value).toBe('here')
    const { value } = await bombing
    const { made } = value as { made: number }
    expect(made).toBeGreaterThan(40)
    expect(made).toBeLessThan(96)
    expect((await runInside(neighbour, `return 'still here'`)).value).toBe('still here')
  })
})
