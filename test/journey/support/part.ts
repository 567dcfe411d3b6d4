import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'

/** One process of the platform, which a test may kill and start again. */
export interface Part {
  start(): void
  /** Sends a signal and waits until the process is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>
  /** Sends a signal that does not end it, such as SIGSTOP. */
  signal(signal: NodeJS.Signals): void
  /** Its process, if it runs. */
  readonly pids: readonly number[]
  /** How it ended without having been killed here, each time it did. */
  readonly deaths: readonly string[]
}

/** Longer than any of them takes to end. */
const END_MS = 20_000

/** A test run that is cut short takes its processes along. */
const endsWithUs = new Set<() => unknown>()
process.on('exit', () => endsWithUs.forEach((end) => end()))

export function createPart(spec: {
  readonly name: string
  readonly command: readonly [string, ...string[]]
  readonly env: Readonly<Record<string, string>>
  readonly logFile: string
}): Part {
  const log = createWriteStream(spec.logFile, { flags: 'a' })
  let child: ChildProcess | undefined
  const deaths: string[] = []
  endsWithUs.add(() => child?.kill('SIGKILL'))
  return {
    deaths,
    get pids() {
      return child?.pid === undefined ? [] : [child.pid]
    },
    signal: (signal) => void child?.kill(signal),
    start() {
      const [command, ...args] = spec.command
      child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...spec.env } })
      const started = child
      started.once('exit', (code, signal) => {
        if (child === started) deaths.push(`${spec.name} ended by itself with ${code ?? signal}`)
      })
      child.stdout?.pipe(log, { end: false })
      child.stderr?.pipe(log, { end: false })
    },
    async kill(signal = 'SIGKILL') {
      const running = child
      child = undefined
      if (running === undefined || running.exitCode !== null || running.signalCode !== null) return
      const gone = once(running, 'exit')
      running.kill(signal)
      // As whoever supervises it would.
      const late = setTimeout(() => {
        deaths.push(`${spec.name} did not end within ${END_MS} ms of ${signal}`)
        running.kill('SIGKILL')
      }, END_MS)
      await gone
      clearTimeout(late)
    },
  }
}
