import { readFile } from 'node:fs/promises'
import { Gauge, type Registry } from 'prom-client'
import type { SandboxState } from './metrics.ts'
import { sandboxMemory } from './sandbox-memory.ts'

export interface MemorySources {
  /** All sandboxes that there are. */
  standing(): readonly { readonly containerId: string; readonly state: SandboxState }[]
  /** How much of the machine's memory is to stay free. */
  reserveBytes(): number
  /** A container's memory; the kernel's word when absent. */
  readonly memoryOf?: (containerId: string) => Promise<number | undefined>
}

/** So many files are read at once. */
const AT_ONCE = 32

/** The machine's memory, and what sandboxes have of it by their state. */
export function measureMemory(registry: Registry, sources: MemorySources): void {
  const registers = [registry]
  const { memoryOf = sandboxMemory } = sources
  const host = readHostMemory
  new Gauge({
    name: 'micropush_host_memory_total_bytes',
    help: 'Memory of the machine.',
    registers,
    async collect() {
      this.set((await host()).totalBytes)
    },
  })
  new Gauge({
    name: 'micropush_host_memory_available_bytes',
    help: 'Memory of the machine that programs could have without swapping.',
    registers,
    async collect() {
      this.set((await host()).availableBytes)
    },
  })
  new Gauge({
    name: 'micropush_host_memory_reserve_bytes',
    help: 'With less memory available than this, frozen sandboxes are let go.',
    registers,
    collect() {
      this.set(sources.reserveBytes())
    },
  })
  new Gauge<'state'>({
    name: 'micropush_sandbox_memory_bytes',
    help: 'Memory of all sandboxes in a state, without what the kernel would drop by itself.',
    labelNames: ['state'],
    registers,
    async collect() {
      const sums = { hot: 0, frozen: 0 }
      const all = sources.standing()
      for (let from = 0; from < all.length; from += AT_ONCE) {
        await Promise.all(
          all.slice(from, from + AT_ONCE).map(async ({ containerId, state }) => {
            const bytes = await memoryOf(containerId)
            if (state !== 'cold') sums[state] += bytes ?? 0
          }),
        )
      }
      for (const state of ['hot', 'frozen'] as const) this.set({ state }, sums[state])
    },
  })
}

/** proc(5), /proc/meminfo. */
async function readHostMemory(): Promise<{ readonly totalBytes: number; readonly availableBytes: number }> {
  const text = await readFile('/proc/meminfo', 'utf8')
  const bytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1] ?? Number.NaN) * 1024
  return { totalBytes: bytes('MemTotal'), availableBytes: bytes('MemAvailable') }
}
