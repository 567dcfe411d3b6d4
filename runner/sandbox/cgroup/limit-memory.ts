import { access, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findCgroup, type ContainerProcess } from './find-cgroup.ts'
import type { Reach } from './reach.ts'

/** Gives a container that runs another limit of memory than it has now, of which Docker hears nothing. Rejects when the kernel refuses. */
export type LimitMemory = (bytes: number, nowBytes: number) => Promise<void>

/**
 * @returns undefined where that cannot be done from here, or would not last: systemd writes its own idea of a scope's limits again whenever it is told
 * to reload.
 */
export async function openLimitMemory(reach: Reach, of: ContainerProcess): Promise<LimitMemory | undefined> {
  const v1 = await findCgroup(reach, of, { controller: 'memory' })
  if (v1 !== undefined) return lasts(v1) ? limitV1(v1) : undefined
  const v2 = await findCgroup(reach, of, 'v2')
  const file = v2 === undefined ? undefined : join(v2, 'memory.max')
  if (v2 === undefined || file === undefined || !lasts(v2) || !(await isThere(file))) return undefined
  // There is no swap to be had, which is a limit of its own here.
  return (bytes) => write(file, bytes)
}

function lasts(folder: string): boolean {
  return !folder.endsWith('.scope')
}

/** Memory with swap may never be less than memory: kernel, Documentation/admin-guide/cgroup-v1/memory.rst. */
async function limitV1(folder: string): Promise<LimitMemory> {
  const alone = join(folder, 'memory.limit_in_bytes')
  const withSwap = join(folder, 'memory.memsw.limit_in_bytes')
  const files = (await isThere(withSwap)) ? [alone, withSwap] : [alone]
  return async (bytes, nowBytes) => {
    for (const file of bytes > nowBytes ? files.toReversed() : files) await write(file, bytes)
  }
}

async function write(file: string, value: number): Promise<void> {
  await writeFile(file, String(value), { flag: 'r+' })
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}
