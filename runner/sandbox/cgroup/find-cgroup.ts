import { access, readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { CgroupMount } from './cgroup-mounts.ts'
import type { Reach } from './reach.ts'

/** A container, by its first process. */
export interface ContainerProcess {
  /** Its number, as Docker knows it. */
  readonly pid: number
  readonly containerId: string
}

/** What is looked for: the folder in a v1 hierarchy with this controller, or in that of v2. */
type Hierarchy = { readonly controller: string } | 'v2'

/**
 * The folder of a container's cgroup, from what the kernel says of its process. One whose name does not hold the container's id is not taken:
 * then the number is another process's here, or the container has no cgroup of its own in this hierarchy.
 *
 * @returns undefined where it cannot be seen from here.
 */
export async function findCgroup(
  { proc, mounts }: Reach,
  { pid, containerId }: ContainerProcess,
  hierarchy: Hierarchy,
): Promise<string | undefined> {
  const text = await readFile(join(proc, String(pid), 'cgroup'), 'utf8').catch(() => '')
  const path = pathIn(text, hierarchy)
  if (path === undefined || !basename(path).includes(containerId)) return undefined
  for (const mount of mounts) {
    if (hierarchy === 'v2' ? mount.controllers !== undefined : mount.controllers?.has(hierarchy.controller) !== true)
      continue
    const folder = await below(mount, path)
    if (folder !== undefined) return folder
  }
  return undefined
}

/** The line of one hierarchy; see cgroups(7), "/proc/pid/cgroup". */
function pathIn(text: string, hierarchy: Hierarchy): string | undefined {
  for (const line of text.split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? []
    if (controllers === undefined) continue
    if (hierarchy === 'v2' ? controllers === '' : controllers.split(',').includes(hierarchy.controller)) return path
  }
  return undefined
}

/**
 * In a cgroup namespace of our own, paths begin with `/..` for what is not below us, and nothing says what these steps up are called: then the
 * folder is looked for by the rest of its path, which has the container's id in it.
 */
async function below({ folder, root }: CgroupMount, path: string): Promise<string | undefined> {
  if (!path.startsWith('/..')) {
    const prefix = root === '/' ? '' : root
    return path.startsWith(`${prefix}/`) ? there(join(folder, path.slice(prefix.length))) : undefined
  }
  const rest = path.replace(/^(\/\.\.)+/, '')
  for (const parent of await parents(folder)) {
    const found = await there(join(parent, rest))
    if (found !== undefined) return found
  }
  return undefined
}

/** Docker's own cgroups are below `docker`, or below a slice of systemd's: two steps down at most. */
async function parents(folder: string): Promise<string[]> {
  const first = await folders(folder)
  const second = await Promise.all(first.map(folders))
  return [folder, ...first, ...second.flat()]
}

async function folders(of: string): Promise<string[]> {
  const entries = await readdir(of, { withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(of, name))
}

async function there(folder: string): Promise<string | undefined> {
  return access(folder).then(
    () => folder,
    () => undefined,
  )
}
