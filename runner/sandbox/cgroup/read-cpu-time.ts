import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findCgroup, type ContainerProcess } from './find-cgroup.ts'
import type { Reach } from './reach.ts'

/**
 * Processor time that all processes of a container have used so far, in ms, from the kernel's own count.
 *
 * @returns undefined where it cannot be read from here, or the container has ended.
 */
export async function readCpuTime(reach: Reach, of: ContainerProcess): Promise<number | undefined> {
  const v1 = await findCgroup(reach, of, { controller: 'cpuacct' })
  // Nanoseconds; kernel, Documentation/admin-guide/cgroup-v1/cpuacct.rst.
  if (v1 !== undefined) return scaled(await read(v1, 'cpuacct.usage'), 1e6)
  const v2 = await findCgroup(reach, of, 'v2')
  if (v2 === undefined) return undefined
  const microseconds = /^usage_usec (\d+)$/m.exec((await read(v2, 'cpu.stat')) ?? '')?.[1]
  return scaled(microseconds, 1e3)
}

async function read(folder: string, name: string): Promise<string | undefined> {
  return readFile(join(folder, name), 'utf8').catch(() => undefined)
}

function scaled(text: string | undefined, perMs: number): number | undefined {
  const value = Number.parseInt(text ?? '', 10)
  return Number.isNaN(value) ? undefined : value / perMs
}
