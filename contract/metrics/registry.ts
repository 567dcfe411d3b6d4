import { readdirSync, readFileSync } from 'node:fs'
import { Registry } from 'prom-client'
import { addCounter, addGauge } from './collected.ts'

/**
 * A registry of our own, with what Prometheus calls process metrics. prom-client's own set of them wakes a process a hundred times a
 * second to see how late its timers are; ours are read when somebody asks, so that a platform with nothing to do does nothing.
 */
export function createRegistry(): Registry {
  const registry = new Registry()
  const gauge = (name: string, help: string, read: () => number | undefined) =>
    addGauge(registry, {
      name,
      help,
      collect(metric) {
        const value = read()
        if (value !== undefined) metric.set(value)
      },
    })
  const total = (name: string, help: string, read: () => number) =>
    addCounter(registry, {
      name,
      help,
      collect(metric) {
        metric.inc(read())
      },
    })
  total('process_cpu_user_seconds_total', 'Processor time in user mode.', () => process.cpuUsage().user / 1e6)
  total('process_cpu_system_seconds_total', 'Processor time in the kernel.', () => process.cpuUsage().system / 1e6)
  total('process_cpu_seconds_total', 'Processor time in all.', () => cpuSeconds(process.cpuUsage()))
  gauge('process_start_time_seconds', 'When the process began, in seconds since 1970.', () => startedAtSeconds)
  gauge('process_resident_memory_bytes', 'Memory of the process that is in RAM.', () => process.memoryUsage.rss())
  gauge('process_open_fds', 'Open file descriptors.', openFiles)
  gauge('process_max_fds', 'The most file descriptors that may be open.', mostFiles)
  gauge('nodejs_heap_size_total_bytes', 'Heap that V8 has taken.', () => process.memoryUsage().heapTotal)
  gauge('nodejs_heap_size_used_bytes', 'Heap that is in use.', () => process.memoryUsage().heapUsed)
  gauge('nodejs_external_memory_bytes', 'Memory of buffers beside the heap.', () => process.memoryUsage().external)
  total(
    'nodejs_eventloop_active_seconds_total',
    'How long the event loop has been busy; what it was busy in a second is its utilization.',
    () => performance.eventLoopUtilization().active / 1000,
  )
  addGauge(registry, {
    name: 'nodejs_version_info',
    help: 'The version of Node, as a label; always 1.',
    labelNames: ['version'],
    collect: (metric) => metric.set({ version: process.version }, 1),
  })
  return registry
}

const startedAtSeconds = Math.round(Date.now() / 1000 - process.uptime())

function cpuSeconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1e6
}

/** proc(5). Undefined where /proc is hidden. */
function openFiles(): number | undefined {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    // Nothing is said of what cannot be seen.
    return undefined
  }
}

function mostFiles(): number | undefined {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]
    return soft === undefined ? undefined : Number(soft)
  } catch {
    // As above.
    return undefined
  }
}
