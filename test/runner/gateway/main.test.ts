import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ask } from './support/client.ts'
import { FakeEngine } from './support/engine.ts'
import { route } from './support/stage.ts'

const GATEWAY_ID = 64001
const isRoot = process.getuid?.() === 0

describe('the gateway as a process of its own', () => {
  it('drops root before it reads a byte, serves, survives its engine, and ends cleanly on SIGTERM', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gw-main-'))
    const run = join(folder, 'run')
    await mkdir(run)
    for (const path of [folder, run]) await chmod(path, 0o711)
    const engine = new FakeEngine(join(run, 'gateway.sock'))
    const micro = createServer((_request, response) => response.end('hello'))
    const socket = join(folder, 'app.sock')
    micro.listen(socket)
    await once(micro, 'listening')
    await chmod(socket, 0o666)
    engine.snapshot = { type: 'snapshot', routes: [route()], awake: [{ deploymentId: 'd1', socket }] }
    const open = async (): Promise<void> => {
      await engine.start()
      if (!isRoot) return
      await chown(join(run, 'gateway.sock'), 0, GATEWAY_ID)
      await chmod(join(run, 'gateway.sock'), 0o660)
    }
    await open()

    const child = spawn(process.execPath, ['runner/gateway/main.ts'], {
      env: {
        PATH: process.env['PATH'],
        MICROPUSH_DATA: folder,
        MICROPUSH_GATEWAY_PORT: '0',
        MICROPUSH_DOMAIN: 'localhost',
      },
      stdio: ['ignore', 'inherit', 'pipe'],
    })
    const exited = once(child, 'exit')
    onTestFinished(async () => {
      child.kill('SIGKILL')
      await exited
      await engine.stop()
      micro.closeAllConnections()
      await new Promise((resolve) => micro.close(resolve))
      await rm(folder, { recursive: true, force: true })
    })
    const seen = new Map<string, Record<string, unknown>>()
    const waiting = new Set<() => void>()
    createInterface({ input: child.stderr }).on('line', (line) => {
      const entry = JSON.parse(line) as { message: string }
      seen.set(entry.message, entry)
      for (const resolve of waiting) resolve()
    })
    const logs = async (message: string): Promise<Record<string, unknown>> => {
      for (;;) {
        const entry = seen.get(message)
        if (entry !== undefined) return entry
        await new Promise<void>((resolve) => waiting.add(resolve))
      }
    }

    const { port } = (await logs('listening')) as { port: number }
    if (isRoot) {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8')
      expect(status).toMatch(/^Uid:(\t64001){4}$/m)
      expect(status).toMatch(/^Gid:(\t64001){4}$/m)
      expect(status).toMatch(/^Groups:\s*$/m)
      expect(status).toMatch(/^CapEff:\t0+$/m)
    }
    expect((await ask({ port })).body).toBe('hello')

    await engine.stop()
    await logs('engine away; what is awake is served on')
    expect((await ask({ port })).body).toBe('hello')
    seen.delete('engine connected')
    await open()
    await logs('engine connected')

    child.kill('SIGTERM')
    expect(await exited).toEqual([0, null])
  })
})
