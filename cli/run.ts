import { spawn } from 'node:child_process'
import { basename } from 'node:path'
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

/** A command ended with anything but 0; the message holds the last lines that it printed, unless they were shown as they came. */
export class CommandFailed extends Error {}

/**
 * Runs a command to its end without a shell and gives its standard output.
 *
 * @throws CommandFailed when it ends with anything but 0.
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
  if (code !== 0) {
    // Whoever was given the lines has shown them already.
    const words = options.onLine === undefined ? last.join('\n') : 'What it said is above.'
    throw new CommandFailed(`${basename(file)} ended with exit code ${code}.\n${words}`)
  }
  return output
}
