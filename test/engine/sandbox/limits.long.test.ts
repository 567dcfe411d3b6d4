import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { defaultLimits } from '../../../contract/limits.ts'
import { ask, isolationsHere, openStage, probe, runInside, type Stage } from './stage.ts'

const MB = 1024 * 1024

/** Keeps more memory in steps, so that what holds is known. */
const hold = (megabytes: number) => `
  global.kept ??= []
  while (global.kept.length < ${megabytes}) global.kept.push(Buffer.alloc(${MB}, 1))
  return global.kept.length`

describe.each(await isolationsHere())('the limits that every micro has, at their edges, under %s', (isolation) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await openStage(isolation)
  })
  afterAll(() => stage.close())

  test('an app that holds 480 MB lives, and one that wants 540 MB is ended', async () => {
    const sandbox = await stage.start(probe)
    expect((await runInside(sandbox, hold(440))).value).toBe(440)
    let held = 440
    for (; held < 540; held += 4) {
      const more = await runInside(sandbox, hold(held + 4)).catch(() => undefined)
      if (more === undefined) break
    }
    expect(held).toBeGreaterThanOrEqual(480)
    expect(held).toBeLessThan(512)
  })

  test('a /tmp full to its last byte takes nothing of 400 MB of memory', async () => {
    const sandbox = await stage.start(probe)
    const { value } = await runInside(
      sandbox,
      `const fs = require('fs'); const fd = fs.openSync('/tmp/big', 'w'); let block = Buffer.alloc(${MB}, 1); let bytes = 0, code
       while (block.length > 0) try { bytes += fs.writeSync(fd, block) } catch (error) { code = error.code; block = block.subarray(0, block.length >> 1) }
       fs.fsyncSync(fd); return { bytes, code }`,
    )
    const { bytes, code } = value as { bytes: number; code: string }
    expect(code).toBe('ENOSPC')
    expect(bytes).toBeGreaterThanOrEqual(defaultLimits.tmpBytes)
    // What the file system keeps for its own books may be less than was thought.
    expect(bytes).toBeLessThan(defaultLimits.tmpBytes + MB)
    expect((await runInside(sandbox, hold(400))).value).toBe(400)
    const after = await runInside(sandbox, `require('fs').appendFileSync('/tmp/big', 'x'.repeat(8192))`)
    expect(after.error).toBe('ENOSPC')
    expect((await runInside(sandbox, `return 'lives'`)).value).toBe('lives')
  })

  test('there are exactly 1024 threads and processes, and the next one is refused', async () => {
    const sandbox = await stage.start({
      language: 'python',
      files: {
        'main.py': `
import os, threading

def app(environ, start_response):
    done, made, refused = threading.Event(), 0, 'none'
    try:
        while made < 2000:
            threading.Thread(target=done.wait).start()
            made += 1
    except RuntimeError:
        try:
            os.fork() or os._exit(0)
        except OSError as error:
            refused = os.strerror(error.errno)
    tasks = 0
    for pid in filter(str.isdigit, os.listdir('/proc')):
        with open('/proc/' + pid + '/status') as status:
            tasks += int(status.read().split('Threads:')[1].split()[0])
    done.set()
    start_response('200 OK', [])
    return [(str(tasks) + ' ' + refused).encode()]
`,
      },
    })
    const { body } = await ask(sandbox)
    expect(body).toBe('1024 Resource temporarily unavailable')
  })
})
