import type { Registry } from 'prom-client'
import { addGauge } from '../../contract/metrics/collected.ts'
import { usedMemory } from '../sandbox/cgroup/used-memory.ts'
import type { Standing } from './metrics.ts'

interface HostMemory {
  readonly totalBytes: number
  readonly availableBytes: number
  /** How much is to stay free. */
  readonly reserveBytes: number
}

export interface MemorySources {
  /** All sandboxes that there are. */
  standing(): readonly { readonly containerId: string; readonly state: Standing }[]
  /** Undefined where the kernel does not say. */
  memory(): HostMemory | undefined
  /** A container's memory; the kernel's word when absent. */
  readonly memoryOf?: (containerId: string) => Promise<number | undefined>
}

/** So many files are read at once. */
const AT_ONCE = 32

/** The machine's memory, and what sandboxes have of it by their state. */
export function measureMemory(registry: Registry, sources: MemorySources): void {
  const { memoryOf = usedMemory } = sources
  const gauge = (name: string, help: string, read: (of: HostMemory) => number) =>
    addGauge(registry, {
      name,
      help,
      collect(metric) {
        const memory = sources.memory()
        if (memory !== undefined) metric.set(read(memory))
      },
    })
  gauge('micropush_host_memory_total_bytes', 'Memory of the machine.', ({ totalBytes }) => totalBytes)
  gauge(
    'micropush_host_memory_available_bytes',
    'Memory of the machine that programs could have without swapping.',
    ({ availableBytes }) => availableBytes,
  )
  gauge(
    'micropush_host_memory_reserve_bytes',
    'With less memory available than this, frozen sandboxes are let go.',
    ({ reserveBytes }) => reserveBytes,
  )
  addGauge<'state'>(registry, {
    name: 'micropush_sandbox_memory_bytes',
    help: 'Memory of all sandboxes in a state, without cached files.',
    labelNames: ['state'],
    async collect(metric) {
      const sums = { hot: 0, frozen: 0, ahead: 0 }
      const all = sources.standing()
      for (let from = 0; from < all.length; from += AT_ONCE) {
        await Promise.all(
          all.slice(from, from + AT_ONCE).map(async ({ containerId, state }) => {
            const bytes = await memoryOf(containerId)
            if (state !== 'cold') sums[state] += bytes ?? 0
          }),
        )
      }
      for (const [state, bytes] of Object.entries(sums)) metric.set({ state }, bytes)
    },
  })
}
