import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { refusedProcesses } from '../../../runner/sandbox/cgroup/refused-processes.ts'
import { fillFile, fillProcesses, walkMounts } from './inside.ts'
import { isolationsHere, openStage, probe, runInside, type Stage } from './stage.ts'

const KB = 1024
const MB = 1024 * KB

describe.each(await isolationsHere())('limits below the default under %s', (isolation) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await openStage(isolation)
  })
  afterAll(() => stage.close())

  test('64 MB of /tmp take 64 MB, and say ENOSPC after that', async () => {
    const sandbox = await stage.start({ ...probe, limits: { tmpBytes: 64 * MB } })
    expect((await runInside(sandbox, fillFile('/tmp/big', MB))).value).toBe('64 ENOSPC')
  })

  test('of 32 processes and threads the 33rd is refused with EAGAIN, and the micro goes on', async () => {
    const sandbox = await stage.start({ ...probe, limits: { processes: 32 } })
    const { value } = await runInside(sandbox, fillProcesses)
    expect(value).toMatchObject({ refused: 'EAGAIN', tasks: 32 })
    expect((await runInside(sandbox, `return 'here'`)).value).toBe('here')
    // What the log of the micro is told by; gVisor's own kernel refuses without telling anybody.
    if (isolation === 'runc') expect(await refusedProcesses(sandbox.containerId)).toBeGreaterThan(0)
  })

  test('128 MB of memory hold 60 MB of an app’s own, and 150 MB end it', async () => {
    const sandbox = await stage.start({ ...probe, limits: { memoryBytes: 128 * MB } })
    const hold = (megabytes: number) =>
      runInside(sandbox, `global.kept = Buffer.alloc(${megabytes * MB}, 1); return kept.length`)
    expect((await hold(60)).value).toBe(60 * MB)
    await expect(hold(150)).rejects.toThrow(/hang up|ECONNRESET|EPIPE/)
  })
})

describe.each(await isolationsHere())('the file system under %s', (isolation) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await openStage(isolation)
  })
  afterAll(() => stage.close())

  test('can be written in /tmp, /dev/shm and the box alone, whatever is mounted, and each of these is bounded', async () => {
    const sandbox = await stage.start({ ...probe, limits: { tmpBytes: 64 * MB } })
    const walked = await runInside(sandbox, walkMounts)
    const found = walked.value as { mounts: string[]; folders: number; writable: string[]; files: string[] }
    expect(found.mounts).toEqual(expect.arrayContaining(['/', '/tmp', '/app', '/run/micropush']))
    expect(found.folders).toBeGreaterThan(200)
    const roots = found.writable.filter((path) => !path.startsWith('/tmp/'))
    // Message queues are no files: the user's limit of 800 KB bounds them.
    expect(new Set(roots.filter((path) => path !== '/dev/mqueue'))).toEqual(
      new Set(['/tmp', '/dev/shm', '/run/micropush']),
    )
    expect(found.files).toEqual([])
    expect((await runInside(sandbox, fillFile('/dev/shm/big', MB))).value).toBe('16 ENOSPC')
    const box = String((await runInside(sandbox, fillFile('/run/micropush/big', KB))).value)
    expect(box).toMatch(/^\d+ ENOSPC$/)
    expect(Number(box.split(' ')[0])).toBeLessThanOrEqual(64)
    expect((await runInside(sandbox, `return 'here'`)).value).toBe('here')
  })
})
