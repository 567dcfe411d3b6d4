import { refusedProcesses } from '../../sandbox/cgroup/refused-processes.ts'

const EVERY_MS = 500
/** What is known of one that runs no more is of use until its end was told. */
const REMEMBER_MS = 10 * 60_000
/** A micro that is refused again and again is told of it so often. */
const TELL_EVERY_MS = 60_000

interface Watched {
  readonly deploymentId: string
  readonly containerId: string
}

interface Options {
  /** Those that run. */
  readonly running: () => readonly Watched[]
  readonly onRefused: (deploymentId: string) => void
  /** How often a container was refused a process, for tests too. */
  readonly count?: (containerId: string) => Promise<number | undefined>
}

export interface ProcessWatch {
  /** Whether a container is known to have been refused a process or thread while it lived. */
  wereRefused(containerId: string): boolean
  /** Looks at all that run; called regularly once started. */
  look(nowMs: number): Promise<void>
  close(): void
}

/** Watches for micros that have reached their limit of processes: the kernel counts it, and tells nobody. */
export function watchProcesses({ running, onRefused, count = refusedProcesses }: Options): ProcessWatch {
  const seen = new Map<string, { count: number; toldAtMs: number }>()
  const look = async (nowMs: number): Promise<void> => {
    const present = running()
    for (const [id, { toldAtMs }] of seen) {
      if (nowMs - toldAtMs > REMEMBER_MS && !present.some(({ containerId }) => containerId === id)) seen.delete(id)
    }
    for (const { containerId, deploymentId } of present) {
      const refused = (await count(containerId)) ?? 0
      const before = seen.get(containerId) ?? { count: 0, toldAtMs: -Infinity }
      if (refused <= before.count) continue
      const tell = nowMs - before.toldAtMs >= TELL_EVERY_MS
      seen.set(containerId, { count: refused, toldAtMs: tell ? nowMs : before.toldAtMs })
      if (tell) onRefused(deploymentId)
    }
  }
  let looking = false
  const timer = setInterval(() => {
    if (looking) return
    looking = true
    void look(Date.now()).finally(() => {
      looking = false
    })
  }, EVERY_MS)
  timer.unref()
  return {
    wereRefused: (containerId) => seen.has(containerId),
    look,
    close: () => clearInterval(timer),
  }
}
