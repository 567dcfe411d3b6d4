import { Registry } from 'prom-client'
import { createRegistry } from '../../contract/metrics/registry.ts'
import type { Temperature } from '../../contract/sandbox-state.ts'
import { countRequests } from './count-requests.ts'
import { countWork } from './count-work.ts'
import { measureMemory, type MemorySources } from './measure-memory.ts'
import type { Metrics } from './metrics.ts'

/** What is asked when somebody reads the metrics, and not before. */
export interface MetricSources extends MemorySources {
  /** How many gateways are connected. */
  gateways(): number
  /** How many deployments that a host leads to are in each state. */
  deployments(): Readonly<Record<Temperature, number>>
}

/** What the engine tells Prometheus. */
export function createMetrics(sources: MetricSources): Metrics {
  const registry = createRegistry()
  const work = countWork(registry, sources)
  const { requests, histograms } = countRequests(registry, () => sources.gateways())
  measureMemory(registry, sources)
  return {
    ...work,
    ...requests,
    async read() {
      const all = Registry.merge([registry, ...histograms()])
      return { type: all.contentType, text: await all.metrics() }
    },
  }
}
