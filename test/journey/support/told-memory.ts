import { execFile } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startStack, type Stack } from './stack.ts'

const run = promisify(execFile)
const RESERVE_KB = 1024 * 1024

/** A stack whose runner believes what it is told of the machine's memory; under runc. */
export interface ToldMemory extends AsyncDisposable {
  readonly stack: Stack
  /** So much less than the reserve of 1 GB is free from now on. */
  tell(short: { readonly lackingKb: number }): Promise<void>
}

/** There is enough at first. */
export async function startWithToldMemory(env: Readonly<Record<string, string>>): Promise<ToldMemory> {
  const folder = await mkdtemp(join(tmpdir(), 'mp-memory-'))
  await chmod(folder, 0o711)
  const meminfo = join(folder, 'meminfo')
  const tell: ToldMemory['tell'] = ({ lackingKb }) => {
    const lines = [`MemTotal: ${64 * RESERVE_KB} kB`, `MemAvailable: ${RESERVE_KB - lackingKb} kB`]
    return writeFile(meminfo, `${lines.join('\n')}\n`)
  }
  // What the runner mounts below it in a mount namespace of its own has to be seen by Docker.
  await run('mount', ['--bind', folder, folder])
  await run('mount', ['--make-rshared', folder])
  await tell({ lackingKb: 0 })
  // The runner alone sees another /proc/meminfo.
  const covers = 'mount --make-private /proc && mount --bind "$0" /proc/meminfo && exec "$@"'
  const stack = await startStack(
    { MICROPUSH_SANDBOX: 'runc', MICROPUSH_MEMORY_RESERVE: `${RESERVE_KB / 1024}MB`, ...env },
    folder,
    ['unshare', '--mount', '--propagation', 'unchanged', 'sh', '-c', covers, meminfo],
  )
  return {
    stack,
    tell,
    async [Symbol.asyncDispose]() {
      await stack[Symbol.asyncDispose]()
      // Lazily: mount namespaces of others that were made meanwhile hold a copy of it for a moment.
      await run('umount', ['--lazy', folder])
      await rm(folder, { recursive: true, force: true })
    },
  }
}
