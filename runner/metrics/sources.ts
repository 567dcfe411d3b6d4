import type { Settings } from '../../contract/settings.ts'
import type { Route } from '../gateway/protocol.ts'
import type { Fleet } from '../lifecycle/fleet/fleet.ts'
import { reserveOf } from '../lifecycle/memory/memory-watch.ts'
import { readMemory } from '../lifecycle/memory/read-memory.ts'
import type { GatewayLink } from '../lifecycle/gateways/gateway-link.ts'
import type { SandboxContext } from '../sandbox/sandbox.ts'
import type { MetricSources } from './create-metrics.ts'

interface Parts {
  readonly settings: Pick<Settings, 'memoryReserveBytes'>
  readonly fleet: Pick<Fleet, 'sandboxes' | 'running' | 'temperature'>
  readonly sandboxes: Pick<SandboxContext, 'cells' | 'snapshots'>
  readonly gateways: Pick<GatewayLink, 'gateways'>
  readonly routed: ReadonlyMap<string, Pick<Route, 'deploymentId'>>
}

/** Where the engine's metrics of the moment are read from; `parts` is asked for anew each time. */
export function metricSources(parts: () => Parts): MetricSources {
  return {
    standing() {
      const { fleet, sandboxes } = parts()
      const running = new Set(fleet.running())
      const waiting = [...(sandboxes.cells?.waiting() ?? []), ...(sandboxes.snapshots?.waiting() ?? [])]
      const ahead = waiting.map((containerId) => ({ containerId, state: 'ahead' as const }))
      const owned = fleet.sandboxes().map((sandbox) => {
        const { containerId, deploymentId } = sandbox
        // One that finishes its last requests runs, whatever has taken its place.
        return { containerId, state: running.has(sandbox) ? ('hot' as const) : fleet.temperature(deploymentId) }
      })
      return [...owned, ...ahead]
    },
    gateways: () => [...parts().gateways.gateways()].length,
    deployments() {
      const { routed, fleet } = parts()
      const counts = { hot: 0, frozen: 0, cold: 0 }
      for (const id of new Set([...routed.values()].map((route) => route.deploymentId)))
        counts[fleet.temperature(id)] += 1
      return counts
    },
    memory() {
      const memory = readMemory()
      if (memory === undefined) return undefined
      return { ...memory, reserveBytes: reserveOf(memory, parts().settings.memoryReserveBytes) }
    },
  }
}
