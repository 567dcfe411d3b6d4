import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectDocker } from '../../../runner/docker/client.ts'
import { freeUid, openUidPool, type UidPool } from '../../../runner/sandbox/uid-pool.ts'

describe('a uid', () => {
  test('is one that nobody has', () => {
    expect(freeUid((uid) => uid !== 234_567)).toBe(234_567)
  })

  test('is refused when all are taken', () => {
    expect(() => freeUid(() => true)).toThrow(expect.objectContaining({ code: 'engine-unavailable' }))
  })
})

describe('the uid that an app was saved with', () => {
  let folder: string
  let docker: Server
  let pool: UidPool
  /** What Docker's containers say in their labels. */
  let labelled: number[]
  /** Until then Docker's answer, which is made when it is asked, is on its way. */
  let held: Promise<void> | undefined
  let onAsked: (() => void) | undefined
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mp-uids-'))
    labelled = []
    held = undefined
    onAsked = undefined
    docker = createServer((_request, response) => {
      response.setHeader('content-type', 'application/json')
      const container = (uid: number) => ({ Id: `c${uid}`, State: 'running', Labels: { 'micropush.uid': String(uid) } })
      const told = JSON.stringify(labelled.map(container))
      void (held ?? Promise.resolve()).then(() => response.end(told))
      onAsked?.()
    })
    docker.listen(join(folder, 'docker.sock'))
    await once(docker, 'listening')
    pool = openUidPool(connectDocker(join(folder, 'docker.sock')))
  })
  afterEach(async () => {
    await new Promise((resolve) => docker.close(resolve))
    await rm(folder, { recursive: true })
  })
  const by = (sandboxId: string, deploymentId = 'd1') => ({ sandboxId, deploymentId })

  test('is nobody’s when it was released while containers were listed', async () => {
    labelled = [234_567]
    const { promise, resolve } = Promise.withResolvers<void>()
    const asked = new Promise<void>((then) => (onAsked = then))
    held = promise
    const allocated = pool.allocate()
    await asked
    pool.release(234_567)
    resolve()
    await allocated
    expect(pool.claim(234_567, by('s1'))).toBe(true)
  })

  test('is taken once nobody has it, and goes with the sandbox', async () => {
    const uid = await pool.allocate()
    expect(pool.claim(uid, by('s1'))).toBe(false)
    pool.release(uid)
    expect(pool.claim(uid, by('s1'))).toBe(true)
    expect(pool.claim(uid, by('other', 'd2'))).toBe(false)
    pool.unclaim('s1')
    expect(pool.claim(uid, by('other', 'd2'))).toBe(true)
  })

  test('is shared by copies of one deployment alone, until the last of them has ended', () => {
    expect([pool.claim(234_567, by('s1')), pool.claim(234_567, by('s2'))]).toEqual([true, true])
    pool.unclaim('s1')
    expect(pool.claim(234_567, by('other', 'd2'))).toBe(false)
    pool.unclaim('s2')
    expect(pool.claim(234_567, by('other', 'd2'))).toBe(true)
  })

  test('is not taken from a container of anybody’s on this machine', async () => {
    labelled = [234_567]
    pool.release(await pool.allocate())
    expect(pool.claim(234_567, by('s1'))).toBe(false)
    labelled = []
    pool.release(await pool.allocate())
    expect(pool.claim(234_567, by('s1'))).toBe(true)
  })

  test('is given to no new sandbox', async () => {
    const all = Array.from({ length: 65_536 }, (_, index) => 200_000 + index)
    const [mine = 0, ...others] = all
    labelled = others
    expect(pool.claim(mine, by('s1'))).toBe(true)
    await expect(pool.allocate()).rejects.toMatchObject({ code: 'engine-unavailable' })
    pool.unclaim('s1')
    expect(await pool.allocate()).toBe(mine)
  })
})
