import { cancelDrain, setIdleTime, watchIdle } from '../state/activity.ts'
import { tellLoadAgain } from '../state/load.ts'
import { setSandboxes } from '../state/set-sandboxes.ts'
import type { FromEngine, Route } from '../protocol.ts'
import type { RouteTable } from '../state/route-table.ts'
import { forgetMicro, microOf, type Yard } from '../state/yard.ts'

/** A line of ours is short (the engine ends longer ones), so many leases are told in several. */
const IDS_PER_LINE = 500

/** The engine is there, for the first time or again: its picture counts, and it hears which leases we go on having. */
export function takeSnapshot(yard: Yard, table: RouteTable, snapshot: Extract<FromEngine, { type: 'snapshot' }>): void {
  table.replace(snapshot.routes)
  for (const route of snapshot.routes) prepareMicro(yard, route)
  for (const { deploymentId } of snapshot.sandboxes) microOf(yard, deploymentId)
  const known = new Map(snapshot.sandboxes.map(({ deploymentId, sockets }) => [deploymentId, sockets]))
  const held: string[] = []
  const asked: string[] = []
  for (const micro of yard.micros.values()) {
    const { deploymentId } = micro
    setSandboxes(yard, micro, known.get(deploymentId) ?? [])
    // Without a sandbox its running requests go on; who comes next asks for a wake.
    if (micro.lease.kind === 'held' && micro.sockets.length === 0) micro.lease = { kind: 'none' }
    if (micro.lease.kind === 'held') {
      held.push(deploymentId)
      if (micro.holds.size === 0 && micro.drainTimers === undefined) watchIdle(yard, micro)
    } else if (micro.lease.kind === 'asked') asked.push(deploymentId)
    else if (micro.holds.size === 0 && !table.leadsTo(deploymentId) && !known.has(deploymentId))
      forgetMicro(yard, micro)
  }
  for (let index = 0; index === 0 || index < held.length; index += IDS_PER_LINE) {
    yard.tell({ type: 'holds', deploymentIds: held.slice(index, index + IDS_PER_LINE) })
  }
  for (const deploymentId of asked) yard.tell({ type: 'wake', deploymentId })
  for (const micro of yard.micros.values()) tellLoadAgain(yard, micro)
}

/** What a route says of the deployment that it leads to. */
export function prepareMicro(yard: Yard, route: Route): void {
  const micro = microOf(yard, route.deploymentId)
  micro.timeoutMs = Math.max(micro.timeoutMs, route.timeoutMs)
  setIdleTime(yard, micro, route.idleMs)
  micro.sandboxes = route.scale.max
  cancelDrain(yard, micro)
}
