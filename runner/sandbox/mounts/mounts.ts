import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Longer than any of these takes on a machine that is not broken. */
const TOOL_MS = 15_000

interface Mount {
  readonly source: string
  readonly target: string
  readonly options: readonly string[]
  readonly type?: string
}

/** Node has no mount(2), so this starts mount(8). */
export async function mount({ source, target, options, type }: Mount): Promise<void> {
  await runSystemTool('mount', [...(type === undefined ? [] : ['-t', type]), '-o', options.join(','), source, target])
}

/** Unmounts all that is mounted at or below a folder, innermost first; that nothing is, is no failure. */
export async function unmountTree(folder: string): Promise<void> {
  const targets = (await mountPoints()).filter((target) => target === folder || target.startsWith(`${folder}/`))
  for (const target of targets.toReversed()) {
    await runSystemTool('umount', [target]).catch(async () => {
      // Somebody looks into it at this moment: it vanishes for everybody now and is given back when they let go.
      if ((await mountPoints()).includes(target)) await runSystemTool('umount', ['--lazy', target])
    })
  }
}

/** Where something is mounted, in the order in which it was. */
export async function mountPoints(): Promise<string[]> {
  return parseMountPoints(await readFile('/proc/self/mountinfo', 'utf8'))
}

/** The fifth field of each line, its octal escapes undone: proc(5), /proc/pid/mountinfo. */
export function parseMountPoints(mountinfo: string): string[] {
  return mountinfo.split('\n').flatMap((line) => {
    const target = line.split(' ')[4]
    if (target === undefined) return []
    return [target.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCodePoint(Number.parseInt(octal, 8)))]
  })
}

/** Runs a tool of the system. Its sbin folders are not on every service's PATH. */
export async function runSystemTool(name: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run(name, args, {
    timeout: TOOL_MS,
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
  })
  return stdout
}
