import { lstat, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Where a gVisor sandbox listens for calls: in the folder that its own command line names, which Docker chose.
 *
 * @param pid - the sandbox's process, as Docker knows it.
 * @returns undefined where that process or its folder cannot be seen from here, as in a container without the host's processes.
 */
export async function findControlSocket(
  proc: string,
  { pid, containerId }: { readonly pid: number; readonly containerId: string },
): Promise<string | undefined> {
  const args = (await readFile(join(proc, String(pid), 'cmdline'), 'utf8').catch(() => '')).split('\0')
  // The id is its last argument: another process has this number where we see other processes than Docker does.
  if (!args.includes(containerId) || !args.includes('boot')) return undefined
  const root = args.find((arg) => /^--?root=/.test(arg))?.replace(/^--?root=/, '')
  if (root === undefined) return undefined
  const socket = join(root, `runsc-${containerId}.sock`)
  const found = await lstat(socket).catch(() => undefined)
  // Nobody but root may have made it.
  return found?.isSocket() === true && found.uid === 0 ? socket : undefined
}
