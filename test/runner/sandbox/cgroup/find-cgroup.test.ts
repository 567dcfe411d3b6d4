import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseMounts } from '../../../../runner/sandbox/cgroup/cgroup-mounts.ts'
import { findCgroup } from '../../../../runner/sandbox/cgroup/find-cgroup.ts'
import { readCpuTime } from '../../../../runner/sandbox/cgroup/read-cpu-time.ts'

const containerId = 'c0ffee'.repeat(10) + '0000'
let machine: string
beforeEach(async () => {
  machine = await mkdtemp(join(tmpdir(), 'cgroup-'))
})
afterEach(() => rm(machine, { recursive: true }))

/** A machine whose kernel says this of process 7, with these folders in the hierarchy. */
async function machineWith(cgroup: string, folders: readonly string[], files: Readonly<Record<string, string>> = {}) {
  await mkdir(join(machine, 'proc', '7'), { recursive: true })
  await writeFile(join(machine, 'proc', '7', 'cgroup'), cgroup)
  for (const folder of folders) await mkdir(join(machine, 'sys', folder), { recursive: true })
  for (const [path, text] of Object.entries(files)) await writeFile(join(machine, 'sys', path), text)
  return (root: string, controllers?: string[]) => ({
    proc: join(machine, 'proc'),
    mounts: [
      { folder: join(machine, 'sys'), root, controllers: controllers === undefined ? undefined : new Set(controllers) },
    ],
  })
}
const member = { pid: 7, containerId }
const found = (path: string) => join(machine, 'sys', path)

describe('the cgroup of a container', () => {
  test.each([
    ['Docker’s own driver', `docker/${containerId}`],
    ['systemd’s', `system.slice/docker-${containerId}.scope`],
    ['an operator’s parent', `a/b/c/${containerId}`],
  ])('is where the kernel says, under %s', async (_, path) => {
    const seen = await machineWith(`0::/${path}\n`, [path])
    expect(await findCgroup(seen('/'), member, 'v2')).toBe(found(path))
  })

  test('is found among the hierarchies of v1, and below what of them is mounted', async () => {
    const text = `4:cpu,cpuacct:/docker/${containerId}\n6:freezer:/docker/${containerId}\n0::/\n`
    const seen = await machineWith(text, [containerId])
    expect(await findCgroup(seen('/docker', ['freezer']), member, { controller: 'freezer' })).toBe(found(containerId))
    expect(await findCgroup(seen('/docker', ['cpu', 'cpuacct']), member, { controller: 'cpuacct' })).toBe(
      found(containerId),
    )
    expect(await findCgroup(seen('/docker'), member, 'v2')).toBeUndefined()
    expect(await findCgroup(seen('/other', ['freezer']), member, { controller: 'freezer' })).toBeUndefined()
  })

  test.each([
    ['a neighbour', `/../${containerId}`, `docker/${containerId}`],
    ['one below another slice', `/../../docker/${containerId}`, `docker/${containerId}`],
    ['systemd’s neighbour', `/../docker-${containerId}.scope`, `system.slice/docker-${containerId}.scope`],
  ])('is found from a cgroup namespace of our own: %s', async (_, path, folder) => {
    const seen = await machineWith(`0::${path}\n`, ['user.slice', folder])
    expect(await findCgroup(seen('/../..'), member, 'v2')).toBe(found(folder))
  })

  test.each([
    ['another process has this number here', `0::/init.scope\n`],
    ['another container’s process has it', `0::/docker/${'0'.repeat(64)}\n`],
    ['it is not in this hierarchy', `0::/\n`],
    ['the kernel says nothing', ''],
  ])('is not guessed when %s', async (_, text) => {
    const seen = await machineWith(text, [`docker/${containerId}`, `docker/${'0'.repeat(64)}`, 'init.scope'])
    expect(await findCgroup(seen('/'), member, 'v2')).toBeUndefined()
  })

  test('is not there when its process has ended, or its folder cannot be seen', async () => {
    const seen = await machineWith(`0::/docker/${containerId}\n`, [])
    expect(await findCgroup(seen('/'), member, 'v2')).toBeUndefined()
    expect(await findCgroup(seen('/'), { ...member, pid: 8 }, 'v2')).toBeUndefined()
  })
})

describe('a container’s processor time', () => {
  test('is read where v1 counts it, in nanoseconds', async () => {
    const path = `docker/${containerId}`
    const seen = await machineWith(`4:cpuacct:/${path}\n`, [path], { [`${path}/cpuacct.usage`]: '12500000\n' })
    expect(await readCpuTime(seen('/', ['cpuacct']), member)).toBe(12.5)
  })

  test('is read where v2 counts it, in microseconds', async () => {
    const path = `docker/${containerId}`
    const text = 'usage_usec 2500\nuser_usec 2000\nsystem_usec 500\n'
    const seen = await machineWith(`0::/${path}\n`, [path], { [`${path}/cpu.stat`]: text })
    expect(await readCpuTime(seen('/'), member)).toBe(2.5)
  })

  test('is unknown where nobody counts it', async () => {
    const seen = await machineWith(`0::/docker/${containerId}\n`, [`docker/${containerId}`])
    expect(await readCpuTime(seen('/'), member)).toBeUndefined()
  })
})

test('hierarchies are read from the table of mounts', () => {
  const table = [
    '22 28 0:20 / /sys rw,nosuid shared:7 - sysfs sysfs rw',
    '30 23 0:26 /../.. /sys/fs/cgroup ro,relatime shared:9 master:4 - cgroup2 cgroup2 rw,nsdelegate',
    '31 23 0:27 /docker /a\\040b rw - cgroup cgroup rw,freezer',
    '',
  ].join('\n')
  expect(parseMounts(table)).toEqual([
    { folder: '/sys/fs/cgroup', root: '/../..', controllers: undefined },
    { folder: '/a b', root: '/docker', controllers: new Set(['rw', 'freezer']) },
  ])
})
