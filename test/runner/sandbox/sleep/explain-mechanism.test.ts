import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { explainMechanism } from '../../../../runner/sandbox/sleep/explain-mechanism.ts'

let machine: string
beforeEach(async () => {
  machine = await mkdtemp(join(tmpdir(), 'mechanism-'))
})
afterEach(() => rm(machine, { recursive: true }))

async function reach(processes: readonly string[], versions: readonly ('v1' | 'v2')[]) {
  for (const [at, name] of processes.entries()) {
    await mkdir(join(machine, 'proc', String(at + 1)), { recursive: true })
    await writeFile(join(machine, 'proc', String(at + 1), 'comm'), `${name}\n`)
  }
  const mounts = versions.map((version) => ({
    folder: machine,
    root: '/',
    controllers: version === 'v1' ? new Set(['rw', 'freezer']) : undefined,
  }))
  return { proc: join(machine, 'proc'), mounts }
}

test('runc’s sandboxes are frozen through the cgroups that Docker uses', async () => {
  const both = await reach(['init', 'dockerd'], ['v2', 'v1'])
  expect(await explainMechanism(both, 'runc')).toMatchObject({ mechanism: 'cgroup-v1' })
  const only = await reach(['init', 'dockerd'], ['v2'])
  expect(await explainMechanism(only, 'runc')).toMatchObject({ mechanism: 'cgroup-v2' })
})

test('gVisor’s are paused by their own kernel', async () => {
  const here = await reach(['containerd'], ['v1'])
  expect(await explainMechanism(here, 'gvisor', machine)).toMatchObject({ mechanism: 'sentry' })
})

test.each([
  { isolation: 'runc', processes: ['node'], versions: ['v1'], why: /pid: host/ },
  { isolation: 'gvisor', processes: ['node'], versions: ['v1'], why: /pid: host/ },
  { isolation: 'runc', processes: ['dockerd'], versions: [], why: /\/sys\/fs\/cgroup/ },
] as const)('Docker’s pause is the last resort, and it is said why: %j', async ({ isolation, why, ...of }) => {
  const found = await explainMechanism(await reach(of.processes, of.versions), isolation, machine)
  expect(found).toEqual({ mechanism: 'docker', means: expect.stringMatching(why) })
})

test('gVisor’s sockets may be out of reach', async () => {
  const found = await explainMechanism(await reach(['dockerd'], []), 'gvisor', join(machine, 'nowhere'))
  expect(found).toEqual({ mechanism: 'docker', means: expect.stringMatching(/control sockets.*nowhere/) })
})
