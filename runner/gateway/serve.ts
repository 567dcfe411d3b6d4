import { refuse } from './refuse.ts'
import type { Call } from './request/call.ts'
import type { originReader } from './request/origin.ts'
import { hold, release } from './state/activity.ts'
import type { Hold } from './state/micro.ts'
import type { RouteTable } from './state/route-table.ts'
import { microOf, type Yard } from './state/yard.ts'
import { upstreamFields } from './upstream/upstream-fields.ts'
import { Visit } from './visit.ts'

export interface Service {
  readonly yard: Yard
  readonly table: RouteTable
  readonly originOf: ReturnType<typeof originReader>
}

/** A host may be led elsewhere while a request waits; more often than this, and something is wrong with the deployment. */
const MOVES = 5

/** Answers a well-formed request: find its micro, wake it, pass on, and say so when that cannot be done. */
export async function serve(service: Service, call: Call): Promise<void> {
  const { yard, table } = service
  for (let move = 0; move < MOVES; move += 1) {
    const route = table.find(call.head.host)
    if (route === undefined) return refuse(yard.limits, call, { fault: 'host-unknown' })
    if (call.head.body.kind === 'sized' && call.head.body.bytes > route.payloadBytes) {
      return refuse(yard.limits, call, { fault: 'too-large' })
    }
    const micro = microOf(yard, route.deploymentId)
    const entry: Hold = { kind: 'request', abort: nothing, woken: nothing, upstream: undefined }
    hold(yard, micro, entry)
    try {
      const visit = new Visit(service, call, { route, micro, entry, fields: fieldsFor(service, call) })
      if ((await visit.run()) === 'answered') return
    } finally {
      release(yard, micro, entry)
    }
  }
  refuse(yard.limits, call, { fault: 'wake-late' })
}

function fieldsFor(service: Service, call: Call): string[] {
  const { head, request, requestId } = call
  const { rawHeaders, socket } = request
  const origin = service.originOf({ peer: socket.remoteAddress, rawHeaders, authority: head.authority })
  const fields = upstreamFields(head, { ...origin, requestId })
  if (call.upgrade !== undefined) fields.push('Connection', 'Upgrade', 'Upgrade', 'websocket')
  return fields
}

function nothing(): void {
  // Nothing is under way that could be ended.
}
