import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

const main = join(import.meta.dirname, '..', '..', '..', 'cli', 'main.ts')

export interface CommandEnd {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** `micropush <args>` as an operator runs it, with this on its standard input. */
export async function micropush(
  env: Readonly<Record<string, string>>,
  args: readonly string[],
  input = '',
): Promise<CommandEnd> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], {
    env: { ...process.env, ...env },
  })
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  // A command that refuses before it reads closes its end.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { code, stdout, stderr }
}
