import { readFile } from 'node:fs/promises'
import { runTool } from './tool.ts'

/**
 * Removes a folder of our own and all in it, but refuses while something is mounted below it: what was mounted there,
 * the host's devices for instance, would be removed too.
 */
export async function clearFolder(folder: string): Promise<void> {
  const mounts = await readFile('/proc/self/mountinfo', 'utf8')
  const below = mounts.split('\n').some((line) => (line.split(' ')[4] ?? '').startsWith(`${folder}/`))
  if (below) throw new Error(`something is mounted below ${folder}; unmount it first`)
  await runTool({
    name: 'rm',
    args: ['-rf', '--one-file-system', '--', folder],
    signal: AbortSignal.timeout(120_000),
    timeoutMs: 120_000,
  })
}
