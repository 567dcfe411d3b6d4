import { startDrain } from '../state/activity.ts'
import { leaveSocket } from '../state/leave-socket.ts'
import type { Micro } from '../state/micro.ts'
import { setAwake, setGone, setSandboxes } from '../state/set-sandboxes.ts'
import type { FromEngine } from '../protocol.ts'
import type { RouteTable } from '../state/route-table.ts'
import { hasAnswered } from '../state/suspect.ts'
import { settleWake } from '../state/wake.ts'
import { forgetMicro, microOf, type Yard } from '../state/yard.ts'
import { prepareMicro, takeSnapshot } from './take-snapshot.ts'

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
      prepareMicro(yard, message.route)
      return
    case 'unroute':
      table.delete(message.host)
      return
    case 'sandboxes': {
      const micro = microOf(yard, message.deploymentId)
      setSandboxes(yard, micro, message.sockets)
      forgetIfNothing(yard, table, micro)
      return
    }
    case 'awake':
      setAwake(yard, microOf(yard, message.deploymentId), { sockets: message.sockets, by: message.by })
      return
    case 'unavailable':
      setUnavailable(microOf(yard, message.deploymentId), message)
      return
    case 'gone': {
      const micro = yard.micros.get(message.deploymentId)
      if (micro === undefined) return
      setGone(yard, micro, { socket: message.socket, told: { words: message.reason, end: message.end } })
      forgetIfNothing(yard, table, micro)
      return
    }
    case 'drain': {
      const micro = microOf(yard, message.deploymentId)
      if (message.socket !== undefined) {
        leaveSocket(yard, micro, message.socket)
        forgetIfNothing(yard, table, micro)
        return
      }
      startDrain(yard, micro)
      settleWake(micro, { kind: 'moved' })
      return
    }
    case 'ping':
      yard.tell({ type: 'pong', id: message.id })
      return
    case 'answered': {
      const upstream = yard.micros.get(message.deploymentId)?.upstreams.get(message.socket)
      const lately = upstream !== undefined && hasAnswered(upstream, message.withinMs)
      yard.tell({ type: 'answered', id: message.id, lately })
    }
  }
}

function setUnavailable(micro: Micro, told: { readonly message: string; readonly retryAfterSeconds: number }): void {
  const { message } = told
  const retryAfterSeconds = Math.max(1, Math.min(LONGEST_RETRY_SECONDS, Math.ceil(told.retryAfterSeconds)))
  settleWake(micro, { kind: 'unavailable', message, retryAfterSeconds })
  micro.lease = { kind: 'unavailable', message, retryAfterSeconds, untilMs: Date.now() + retryAfterSeconds * 1000 }
}

function forgetIfNothing(yard: Yard, table: RouteTable, micro: Micro): void {
  const { holds, sockets, lease, drainTimers } = micro
  const isNothing = holds.size === 0 && sockets.length === 0 && lease.kind !== 'asked' && drainTimers === undefined
  if (isNothing && !table.leadsTo(micro.deploymentId)) forgetMicro(yard, micro)
}
