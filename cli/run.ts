import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { childEnvironment } from './env.ts'

interface RunOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** Each line of standard error as it comes; standard output too when `stdout` says `lines`. */
  readonly onLine?: (line: string) => void
  readonly stdout?: 'collect' | 'lines'
  readonly signal?: AbortSignal
}

/**
 * Runs a command to its end without a shell and gives its standard output.
 *
 * @throws Error with the last lines it printed when it ends with anything but 0.
 */
export async function run(command: readonly [string, ...string[]], options: RunOptions = {}): Promise<string> {
  const [file, ...args] = command
  const child = spawn(file, args, {
    cwd: options.cwd,
    env: childEnvironment(options.env ?? {}),
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  })
  const last: string[] = []
  const keep = (line: string) => {
    last.push(line)
    if (last.length > 12) last.shift()
    options.onLine?.(line)
  }
  let output = ''
  createInterface({ input: child.stderr }).on('line', keep)
  if (options.stdout === 'lines') createInterface({ input: child.stdout }).on('line', keep)
  else child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  if (code !== 0)
    throw new Error(`${[file, args[0] ?? ''].join(' ')} failed with exit code ${code}.\n${last.join('\n')}`)
  return output
}
