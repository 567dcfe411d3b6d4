import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ask } from './support/client.ts'
import { isRoot, startGatewayProcess } from './support/process.ts'

/** What the gateway's master is to find out by itself. */
function othersMayRead(file: string): boolean {
  if (!isRoot) return true
  const asNobody = ['--reuid=64001', '--regid=64001', '--clear-groups', 'cat']
  return spawnSync('setpriv', [...asNobody, resolve(file)], { stdio: 'ignore' }).status === 0
}

describe('the gateway as a process of its own', () => {
  it('drops root before it reads a byte, serves, survives its engine, and ends cleanly on SIGTERM', async () => {
    const gateway = await startGatewayProcess()
    const { child, engine, port, logs } = gateway
    const workers = gateway.workers().map(({ pid }) => pid)
    expect(workers).toHaveLength(1)
    // Where nobody else may read the code, as in a checkout below somebody's home, the one that starts the others keeps root, and says so.
    const pids = othersMayRead('runner/gateway/worker.ts') ? [child.pid, ...workers] : workers
    if (!pids.includes(child.pid))
      await logs('keeps root to be able to start workers, which drop it: others cannot read its code')
    for (const pid of isRoot ? pids : []) {
      const status = await readFile(`/proc/${pid}/status`, 'utf8')
      expect(status).toMatch(/^Uid:(\t64001){4}$/m)
      expect(status).toMatch(/^Gid:(\t64001){4}$/m)
      expect(status).toMatch(/^Groups:\s*$/m)
      expect(status).toMatch(/^CapEff:\t0+$/m)
    }
    expect((await ask({ port })).body).toBe('hello')

    await engine.stop()
    await logs('engine away; what is awake is served on')
    expect((await ask({ port })).body).toBe('hello')
    gateway.forget('engine connected')
    await gateway.openEngine()
    await logs('engine connected')

    child.kill('SIGTERM')
    expect(await gateway.exited).toEqual([0, null])
  })

  it('takes no more connections than it may open files', async () => {
    const { logs } = await startGatewayProcess({ openFiles: 1000 })
    expect(await logs('serving')).toMatchObject({ connections: 1000 - 256 - 186 })
  })
})
