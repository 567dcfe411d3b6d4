import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { containerState } from '../../../../runner/docker/containers.ts'
import { openFreezers } from '../../../../runner/sandbox/sleep/freezers.ts'
import { freeze } from '../../../../runner/sandbox/sleep/sleep.ts'
import { ask, isolationsHere, openStage, type Micro, type Stage } from '../stage.ts'

const STANDS_SECONDS = 4

/** Stops all of its processes, init too, and has a timer of the kernel's let it go on. */
const feigning: Micro = {
  language: 'python',
  files: {
    'main.py': `
import ctypes, os, signal, struct, threading, time

def feign():
    time.sleep(0.5)
    libc = ctypes.CDLL(None)
    event = ctypes.create_string_buffer(struct.pack('qii48x', 0, signal.SIGCONT, 0))
    timer = ctypes.c_void_p()
    libc.timer_create(time.CLOCK_MONOTONIC, event, ctypes.byref(timer))
    libc.timer_settime(timer, 0, ctypes.create_string_buffer(struct.pack('qqqq', 0, 0, ${STANDS_SECONDS}, 0)), None)
    os.kill(1, signal.SIGSTOP)
    os.kill(os.getpid(), signal.SIGSTOP)
    while True:
        pass

def app(environ, start_response):
    threading.Thread(target=feign, daemon=True).start()
    start_response('200 OK', [])
    return [b'good night']
`,
  },
}

describe.skipIf(!(await isolationsHere()).includes('gvisor'))('a micro that feigns sleep', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await openStage('gvisor')
  })
  afterAll(() => stage.close())

  /** As an engine sees it that knows nothing of it. */
  const looksFrozen = async (sandbox: Parameters<typeof freeze>[1]) => {
    const others = openFreezers(stage.docker)
    return others.isFrozen(sandbox).finally(() => others.forget(sandbox.containerId))
  }

  test('does not run on while it counts as frozen', async () => {
    const sandbox = await stage.start(feigning)
    expect((await ask(sandbox)).body).toBe('good night')
    await expect.poll(() => looksFrozen(sandbox), { timeout: 3000 }).toBe(true)
    const isFrozen = await freeze(stage.context, sandbox).then(
      () => true,
      () => false,
    )
    await delay(STANDS_SECONDS * 1000)
    const isRunning = (await containerState(stage.docker, sandbox.containerId))?.running === true
    const before = await stage.context.freezers.cpuMs(sandbox)
    await delay(500)
    const usedMs = ((await stage.context.freezers.cpuMs(sandbox)) ?? 0) - (before ?? 0)
    expect({ isFrozen, isRunning, usedMs }).toEqual({ isFrozen: false, isRunning: false, usedMs: 0 })
  })
})
