import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { childEnvironment } from './env.ts'

/** In the environment of what `npm start` runs: the data folder that it belongs to. */
export const MARK = 'PART_OF_MICROPUSH'

const STOP_DEADLINE_MS = 15_000
/** A process that lived shorter than this is restarted later and later. */
const STEADY_MS = 10_000
const RESTART_MS = [100, 1000, 5000, 15_000] as const

export interface ProcessSpec {
  readonly name: string
  /** Executable and arguments; the pinned Node for our own. */
  readonly command: readonly [string, ...string[]]
  readonly env: Readonly<Record<string, string>>
  /** Folder for `<name>.log`; what it prints goes to this command's own output when absent. */
  readonly logDir: string | undefined
}

export interface Supervised {
  readonly name: string
  /** SIGTERM, and SIGKILL when that takes too long; resolves when it is gone. */
  stop(): Promise<void>
}

/** Runs a process and starts it again whenever it ends by itself. */
export function supervise(spec: ProcessSpec, onRestart: (words: string) => void): Supervised {
  const logFile = spec.logDir === undefined ? undefined : join(spec.logDir, `${spec.name}.log`)
  const log = logFile === undefined ? undefined : createWriteStream(logFile, { flags: 'a' })
  let writable = true
  log?.on('error', (error) => {
    // A full disk takes the log, and nothing else.
    writable = false
    for (const stream of [child.stdout, child.stderr]) stream?.resume()
    onRestart(`the log of ${spec.name} cannot be written any more: ${error.message}`)
  })
  let child: ChildProcess
  let stopping = false
  let failures = 0
  let timer: NodeJS.Timeout | undefined
  const start = () => {
    const begun = Date.now()
    const [command, ...args] = spec.command
    const output = log === undefined ? 'inherit' : 'pipe'
    child = spawn(command, args, {
      stdio: ['ignore', output, output],
      env: childEnvironment(spec.env),
      // A terminal's Ctrl-C goes to the whole process group; ours are stopped one after the other, Redis last.
      detached: true,
    })
    for (const stream of [child.stdout, child.stderr]) {
      if (log !== undefined && writable) stream?.pipe(log, { end: false })
      else stream?.resume()
    }
    child.on('error', (error) => onRestart(`${spec.name} could not be started: ${error.message}`))
    child.on('close', (code, signal) => {
      if (stopping) return
      failures = Date.now() - begun > STEADY_MS ? 0 : failures + 1
      const delay = RESTART_MS[Math.min(failures, RESTART_MS.length - 1)] ?? 1000
      const where = logFile === undefined ? '' : `; its log: ${logFile}`
      onRestart(
        `${spec.name} ended (${signal ?? `exit code ${code}`}) and is started again in ${delay / 1000} s${where}`,
      )
      timer = setTimeout(start, delay)
    })
  }
  start()
  return {
    name: spec.name,
    async stop() {
      stopping = true
      clearTimeout(timer)
      if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
        const gone = once(child, 'exit')
        child.kill('SIGTERM')
        const force = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS)
        await gone
        clearTimeout(force)
      }
      log?.end()
    },
  }
}
