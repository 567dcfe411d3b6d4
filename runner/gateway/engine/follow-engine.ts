import { abortHolds, cancelDrain, startDrain, watchIdle } from '../state/activity.ts'
import { leaveSocket } from '../state/leave-socket.ts'
import { settleEnd } from '../state/await-end.ts'
import type { Micro, ToldEnd } from '../state/micro.ts'
import type { FromEngine } from '../protocol.ts'
import type { RouteTable } from '../state/route-table.ts'
import { settleWake } from '../state/wake.ts'
import { forgetMicro, microOf, type Yard } from '../state/yard.ts'

/** A micro that could not be had is not asked for again before this, whatever the engine says. */
const LONGEST_RETRY_SECONDS = 60

/** Brings table and micros up to date with one message of the engine. */
export function followEngine(yard: Yard, table: RouteTable, message: FromEngine): void {
  switch (message.type) {
    case 'snapshot':
      takeSnapshot(yard, table, message)
      return
    case 'route':
      table.set(message.route)
      prepare(yard, message.route)
      return
    case 'unroute':
      table.delete(message.host)
      return
    case 'sandboxes':
      setSandboxes(yard.micros.get(message.deploymentId), message.sockets[0])
      return
    case 'awake': {
      const [socket] = message.sockets
      if (socket !== undefined) setAwake(yard, microOf(yard, message.deploymentId), socket)
      return
    }
    case 'unavailable':
      setUnavailable(microOf(yard, message.deploymentId), message)
      return
    case 'gone':
      setGone({ yard, table }, yard.micros.get(message.deploymentId), { words: message.reason, end: message.end })
      return
    case 'drain': {
      const micro = microOf(yard, message.deploymentId)
      if (message.socket !== undefined) return leaveSocket(yard, micro, message.socket)
      startDrain(yard, micro)
      settleWake(micro, { kind: 'moved' })
      return
    }
    case 'ping':
      yard.tell({ type: 'pong', id: message.id })
  }
}

function takeSnapshot(yard: Yard, table: RouteTable, snapshot: Extract<FromEngine, { type: 'snapshot' }>): void {
  table.replace(snapshot.routes)
  for (const route of snapshot.routes) prepare(yard, route)
  const known = new Map(snapshot.sandboxes.map((entry) => [entry.deploymentId, entry.sockets]))
  const held: string[] = []
  for (const micro of yard.micros.values()) {
    if (micro.state.kind === 'awake' && known.get(micro.deploymentId)?.includes(micro.state.socket) === true) {
      held.push(micro.deploymentId)
      watchIdle(yard, micro)
      continue
    }
    // Running requests go on; who comes next asks for a wake first.
    if (micro.state.kind === 'awake') micro.state = { kind: 'asleep' }
    if (micro.state.kind === 'waking') yard.tell({ type: 'wake', deploymentId: micro.deploymentId })
    else if (micro.holds.size === 0 && !table.leadsTo(micro.deploymentId)) forgetMicro(yard, micro)
  }
  yard.tell({ type: 'holds', deploymentIds: held })
}

function setSandboxes(micro: Micro | undefined, socket: string | undefined): void {
  if (micro?.state.kind === 'awake') micro.state = socket === undefined ? { kind: 'asleep' } : { kind: 'awake', socket }
}

function prepare(yard: Yard, route: { readonly deploymentId: string; readonly timeoutMs: number }): void {
  const micro = microOf(yard, route.deploymentId)
  micro.timeoutMs = Math.max(micro.timeoutMs, route.timeoutMs)
  cancelDrain(yard, micro)
}

function setAwake(yard: Yard, micro: Micro, socket: string): void {
  settleWake(micro, { kind: 'awake', socket })
  micro.state = { kind: 'awake', socket }
  micro.end = undefined
  if (micro.drainTimers === undefined) watchIdle(yard, micro)
}

function setUnavailable(micro: Micro, told: { readonly message: string; readonly retryAfterSeconds: number }): void {
  const { message } = told
  const retryAfterSeconds = Math.max(1, Math.min(LONGEST_RETRY_SECONDS, Math.ceil(told.retryAfterSeconds)))
  settleWake(micro, { kind: 'unavailable', message, retryAfterSeconds })
  micro.state = { kind: 'unavailable', message, retryAfterSeconds, untilMs: Date.now() + retryAfterSeconds * 1000 }
}

function setGone(
  of: { readonly yard: Yard; readonly table: RouteTable },
  micro: Micro | undefined,
  told: ToldEnd,
): void {
  if (micro === undefined) return
  // One that is being woken stays so: the engine answers the wake itself.
  if (micro.state.kind === 'awake') micro.state = { kind: 'asleep' }
  micro.end = told
  abortHolds(micro)
  settleEnd(micro, told)
  micro.kept.destroy()
  micro.fresh.destroy()
  if (micro.holds.size === 0 && !of.table.leadsTo(micro.deploymentId)) forgetMicro(of.yard, micro)
}
