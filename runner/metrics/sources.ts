import type { Settings } from '../../contract/settings.ts'
import type { Route } from '../gateway/protocol.ts'
import type { Fleet } from '../lifecycle/fleet/fleet.ts'
import { reserveOf } from '../lifecycle/memory/memory-watch.ts'
import { readMemory } from '../lifecycle/memory/read-memory.ts'
import type { GatewayLink } from '../lifecycle/gateways/gateway-link.ts'
import type { MetricSources } from './create-metrics.ts'

interface Parts {
  readonly settings: Pick<Settings, 'memoryReserveBytes'>
  readonly fleet: Pick<Fleet, 'sandboxes' | 'temperature'>
  readonly gateways: Pick<GatewayLink, 'gateways'>
  readonly routed: ReadonlyMap<string, Pick<Route, 'deploymentId'>>
}

/** Where the engine's metrics of the moment are read from; `parts` is asked for anew each time. */
export function metricSources(parts: () => Parts): MetricSources {
  return {
    standing() {
      const { fleet } = parts()
      return fleet.sandboxes().map(({ containerId, deploymentId }) => ({
        containerId,
        state: fleet.temperature(deploymentId),
      }))
    },
    gateways: () => [...parts().gateways.gateways()].length,
    routed: () => new Set([...parts().routed.values()].map(({ deploymentId }) => deploymentId)).size,
    memory() {
      const memory = readMemory()
      if (memory === undefined) return undefined
      return { ...memory, reserveBytes: reserveOf(memory, parts().settings.memoryReserveBytes) }
    },
  }
}
