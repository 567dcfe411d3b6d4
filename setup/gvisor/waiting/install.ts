import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { copyProgram, isCopied } from '../copy-program.ts'

/** Where the files are from which Docker makes containers that wait: root's alone to change. */
const FOLDER = '/usr/local/lib/micropush'

/** Exit code 75 when a lock is held for a second; any other one says that flock (of util-linux) cannot do it. */
const LOCKED = 'flock --wait 1 --conflict-exit-code 75'

interface Runsc {
  /** The program. */
  readonly path: string
  /** The options that it gets on every way. */
  readonly flags: readonly string[]
}

/**
 * Puts the runtime of waiting containers where the Docker daemon can start it, with a copy of the Node that runs this: the checkout may
 * move, or go, while Docker still calls the runtime.
 *
 * @returns the path of its executable.
 * @throws what the file system throws.
 */
export async function installWaitingRuntime({ path, flags }: Runsc, folder = FOLDER): Promise<string> {
  const executable = join(folder, 'waiting-runtime')
  const script = join(folder, 'prepare-bundle.cjs')
  const node = join(folder, 'node')
  await mkdir(folder, { recursive: true, mode: 0o755 })
  if (!(await isCopied(process.execPath, node))) await copyProgram(process.execPath, node)
  const words = {
    RUNSC: path,
    FLAGS: flags.map(quote).join(' '),
    LOCKED,
    NODE: quote(node),
    SCRIPT: quote(script),
  }
  await put(script, { source: 'prepare-bundle.cjs', mode: 0o644, words })
  await put(executable, { source: 'runtime.sh', mode: 0o755, words })
  return executable
}

interface Piece {
  readonly source: string
  readonly mode: number
  /** What stands in its source between % signs. */
  readonly words: Readonly<Record<string, string>>
}

/** By a rename, so that a container which starts meanwhile never reads half of it. */
async function put(target: string, { source, mode, words }: Piece): Promise<void> {
  const text = await readFile(fileURLToPath(new URL(source, import.meta.url)), 'utf8')
  await writeFile(
    `${target}.new`,
    text.replaceAll(/%([A-Z]+)%/g, (all, name: string) => words[name] ?? all),
  )
  await chmod(`${target}.new`, mode)
  await rename(`${target}.new`, target)
}

/** A word of the shell's. */
function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
