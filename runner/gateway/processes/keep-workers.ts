import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { Processes } from '../health.ts'
import type { Log } from '../log.ts'
import { PULSE_MS, takePulse, type Pulse } from './pulse.ts'

/** A worker that lived shorter than this is started again later and later. */
const STEADY_MS = 10_000
const RESTART_MS = [0, 100, 500, 2000, 5000] as const

interface WorkersOptions {
  /** The listening socket that they share. */
  readonly fd: number
  readonly count: number
  /** How long SIGTERM may take before they are killed. */
  readonly stopMs: number
  readonly log: Log
}

export interface Workers {
  /** SIGTERM to all of them; resolves when the last one is gone. */
  stop(): Promise<void>
}

/**
 * Runs the processes that serve, starts one that ended again, and kills one that hangs. They hear through their standard input how many they
 * are; its end tells them that nobody is there any more. Nothing that they say is read but that they say something.
 */
export function keepWorkers({ fd, count, stopMs, log }: WorkersOptions): Workers {
  const running = new Map<ChildProcess, Pulse>()
  const timers = new Set<NodeJS.Timeout>()
  let stopping = false
  const tellAll = (): void => {
    const line = `${JSON.stringify({ wanted: count, running: running.size } satisfies Processes)}\n`
    for (const worker of running.keys()) worker.stdin?.write(line)
  }
  const start = (nth: number, failures: number): void => {
    const begunMs = Date.now()
    const args = [...process.execArgv, join(import.meta.dirname, '..', 'worker.ts'), String(nth)]
    const worker = spawn(process.execPath, args, { stdio: ['pipe', 'inherit', 'inherit', fd, 'pipe'] })
    running.set(worker, pulseOf(worker))
    // One that is gone does not read what it is told.
    worker.stdin?.on('error', () => {})
    let ended = false
    const onEnd = (how: string): void => {
      if (ended) return
      ended = true
      running.delete(worker)
      if (stopping) return
      tellAll()
      const afterMs = pauseMs(Date.now() - begunMs > STEADY_MS ? 0 : failures)
      log.warn('a worker ended and is started again', { worker: nth, how, afterMs })
      const timer = setTimeout(() => {
        timers.delete(timer)
        start(nth, Date.now() - begunMs > STEADY_MS ? 1 : failures + 1)
      }, afterMs)
      timers.add(timer)
    }
    worker.once('error', (error) => onEnd(error.message))
    worker.once('exit', (code, signal) => onEnd(signal ?? `exit code ${code}`))
    tellAll()
  }
  for (let nth = 1; nth <= count; nth += 1) start(nth, 0)
  const pulse = setInterval(() => {
    for (const [worker, its] of running) {
      if (its.beat()) continue
      log.error('a worker hangs and is killed', { pid: worker.pid })
      worker.kill('SIGKILL')
    }
    tellAll()
  }, PULSE_MS)
  return {
    async stop() {
      stopping = true
      clearInterval(pulse)
      for (const timer of timers) clearTimeout(timer)
      const left = [...running.keys()]
      const gone = Promise.all(left.map((worker) => once(worker, 'exit')))
      for (const worker of left) worker.kill('SIGTERM')
      const force = setTimeout(() => {
        for (const worker of left) worker.kill('SIGKILL')
      }, stopMs)
      await gone
      clearTimeout(force)
    },
  }
}

function pulseOf(worker: ChildProcess): Pulse {
  // Out of file descriptors, Node makes none of its pipes (lib/internal/child_process.js), and tells of it by `error` in a moment.
  const stdio = worker.stdio as ChildProcess['stdio'] | undefined
  return stdio === undefined ? { beat: () => true } : takePulse(stdio[4] as Readable)
}

function pauseMs(failures: number): number {
  return RESTART_MS[Math.min(failures, RESTART_MS.length - 1)] ?? 0
}
