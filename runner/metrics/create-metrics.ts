import { createRegistry } from '../../contract/metrics/registry.ts'
import { countWork } from './count-work.ts'
import type { Metrics, SandboxState } from './metrics.ts'

/** What is asked when somebody reads the metrics, and not before. */
export interface MetricSources {
  /** All sandboxes that there are. */
  standing(): readonly { readonly containerId: string; readonly state: SandboxState }[]
}

/** What the engine tells Prometheus. */
export function createMetrics(sources: MetricSources): Metrics {
  const registry = createRegistry()
  return {
    ...countWork(registry, () => sources.standing().map(({ state }) => state)),
    async read() {
      return { type: registry.contentType, text: await registry.metrics() }
    },
  }
}
