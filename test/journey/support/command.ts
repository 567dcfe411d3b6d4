import { spawn } from 'node:child_process'
import { once } from 'node:events'
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

export interface RunningCommand extends AsyncDisposable {
  /** Resolves when its output so far matches; fails after a while, with that output. */
  until(pattern: RegExp): Promise<void>
  /** Ctrl-C; resolves when it has ended. */
  interrupt(): Promise<{ readonly code: number | null; readonly stderr: string }>
}

/** `micropush <args>` that goes on until it is told to stop. */
export function startMicropush(env: Readonly<Record<string, string>>, args: readonly string[]): RunningCommand {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (more: string) => (stdout += more))
  child.stderr.setEncoding('utf8').on('data', (more: string) => (stderr += more))
  return {
    async until(pattern) {
      const late = AbortSignal.timeout(20_000)
      while (!pattern.test(stdout)) {
        await once(child.stdout, 'data', { signal: late }).catch((cause: unknown) => {
          throw new Error(`it never printed ${pattern}, but:\n${stdout}\n${stderr}`, { cause })
        })
      }
    },
    async interrupt() {
      child.kill('SIGINT')
      return { code: await ended, stderr }
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
