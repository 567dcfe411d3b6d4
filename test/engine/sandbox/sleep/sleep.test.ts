import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { containerState, pauseContainer } from '../../../../runner/docker/containers.ts'
import { destroySandbox } from '../../../../runner/sandbox/destroy-sandbox.ts'
import { listSandboxes } from '../../../../runner/sandbox/list-sandboxes.ts'
import type { Sandbox } from '../../../../runner/sandbox/sandbox.ts'
import { openFreezers } from '../../../../runner/sandbox/sleep/freezers.ts'
import { freeze, thaw } from '../../../../runner/sandbox/sleep/sleep.ts'
import { exitOf } from '../exit-of.ts'
import { isolationsHere, openStage, type Stage } from '../stage.ts'
import { echo, freezersOf, send } from './sleepers.ts'

/** Whichever of the kernel's freezers this machine has. */
const directHere = existsSync('/sys/fs/cgroup/freezer') ? 'cgroup-v1' : 'cgroup-v2'

describe.each(await isolationsHere())('a sandbox that sleeps under %s', (isolation) => {
  let stage: Stage
  const engines: Stage['context'][] = []
  beforeAll(async () => {
    stage = await openStage(isolation)
  })
  afterEach(async () => {
    for (const { sandbox } of await listSandboxes(stage.context)) {
      await destroySandbox(stage.context, sandbox, { graceSeconds: 0 })
      for (const { freezers } of engines) freezers.forget(sandbox.containerId)
    }
    engines.length = 0
  })
  afterAll(() => stage.close())

  /** The context of an engine that knows nothing of what was before. */
  const restarted = () => {
    const engine = { ...stage.context, freezers: openFreezers(stage.docker) }
    engines.push(engine)
    return engine
  }
  const ask = async (sandbox: Sandbox) => (await send(sandbox, '/here')).answer
  const stateIn = async (context: Stage['context']) => (await listSandboxes(context)).map(({ state }) => state)

  test('is frozen without Docker, and known to be so after a restart of the engine', async () => {
    const sandbox = await stage.start(echo)
    await freeze(stage.context, sandbox)
    expect(await stage.context.freezers.mechanism(sandbox)).toBe(isolation === 'gvisor' ? 'sentry' : directHere)
    expect((await containerState(stage.docker, sandbox.containerId))?.paused).toBe(false)
    stage.context.freezers.forget(sandbox.containerId)
    const next = restarted()
    expect(await stateIn(next)).toEqual(['frozen'])
    const { answer } = await send(sandbox, '/waits')
    await freeze(next, sandbox)
    await thaw(next, sandbox)
    expect(await answer).toBe('/waits')
    expect(await stateIn(restarted())).toEqual(['running'])
  })

  test('wakes when an older engine, or a person, has paused it through Docker', async () => {
    const sandbox = await stage.start(echo)
    await pauseContainer(stage.docker, sandbox.containerId)
    const next = restarted()
    expect(await stateIn(next)).toEqual(['frozen'])
    const { answer } = await send(sandbox, '/waits')
    await thaw(next, sandbox)
    expect(await answer).toBe('/waits')
    await freeze(next, sandbox)
    await thaw(next, sandbox)
    expect(await ask(sandbox)).toBe('/here')
    expect((await containerState(stage.docker, sandbox.containerId))?.paused).toBe(false)
  })

  test('is paused through Docker where nothing else is in reach', async () => {
    const sandbox = await stage.start(echo)
    const far = { ...stage.context, freezers: freezersOf(stage, 'docker') }
    await freeze(far, sandbox)
    expect((await containerState(stage.docker, sandbox.containerId))?.paused).toBe(true)
    expect(await stateIn(far)).toEqual(['frozen'])
    expect(await far.freezers.cpuMs(sandbox)).toBeGreaterThan(0)
    await thaw(far, sandbox)
    expect(await ask(sandbox)).toBe('/here')
  })

  test('is heard of when it is killed in its sleep, and cannot be woken', async () => {
    const sandbox = await stage.start(echo)
    await freeze(stage.context, sandbox)
    const { pid } = (await containerState(stage.docker, sandbox.containerId)) ?? { pid: 0 }
    expect(pid).toBeGreaterThan(1)
    const exit = await exitOf(stage, async () => {
      process.kill(pid, 'SIGKILL')
      // The freezer of v1 keeps even SIGKILL waiting until the thaw.
      if (isolation === 'runc') await thaw(stage.context, sandbox)
    })
    expect(exit).toMatchObject({ deploymentId: sandbox.deploymentId, exitCode: 137 })
    await expect(thaw(stage.context, sandbox)).rejects.toMatchObject({ code: 'engine-unavailable' })
    await expect(freeze(stage.context, sandbox)).rejects.toThrow()
    expect(await stateIn(restarted())).toEqual(['ended'])
  })

  test('ends at once when it exits while it is awake, whatever is known of it', async () => {
    const sandbox = await stage.start({
      files: {
        'server.js': `require('http').createServer((q, r) => { r.end('bye'); if (q.url === '/exit') process.exit(4) }).listen(process.env.PORT)`,
      },
      command: 'exec node server.js',
    })
    await freeze(stage.context, sandbox)
    await thaw(stage.context, sandbox)
    const startedMs = performance.now()
    const exit = await exitOf(stage, async () => void (await send(sandbox, '/exit')))
    expect(exit.exitCode).toBe(4)
    // gVisor waits 15 s for whoever still holds a connection to its control server.
    expect(performance.now() - startedMs).toBeLessThan(10_000)
  })

  test('leaves no open file behind when it is destroyed in its sleep', async () => {
    const opened = async () => (await readdir('/proc/self/fd')).length
    const sandbox = await stage.start(echo)
    const before = await opened()
    await freeze(stage.context, sandbox)
    await destroySandbox(stage.context, sandbox, { graceSeconds: 0 })
    await expect.poll(opened).toBeLessThanOrEqual(before)
  })
})
