import { answer, type AnswerTo, type Reason } from './answers/answer.ts'
import { hold, release } from './state/activity.ts'
import { goTo } from './state/leave-socket.ts'
import type { Call } from './request/call.ts'
import type { originReader } from './request/origin.ts'
import { exchange, type Outcome } from './upstream/exchange.ts'
import { faultOfEnd } from './answers/fault-of-end.ts'
import { awaitEnd } from './state/await-end.ts'
import type { Hold, Micro, Ready } from './state/micro.ts'
import type { Route } from './protocol.ts'
import type { RouteTable } from './state/route-table.ts'
import { upstreamFields } from './upstream/upstream-fields.ts'
import { lost, ready } from './state/wake.ts'
import { microOf, type Yard } from './state/yard.ts'

export interface Service {
  readonly yard: Yard
  readonly table: RouteTable
  readonly originOf: ReturnType<typeof originReader>
}

/** A host may be led elsewhere while a request waits; more often than this, and something is wrong with the deployment. */
const MOVES = 5

/** Answers a well-formed request: find its micro, wake it, pass on, and say so when that cannot be done. */
export async function serve(service: Service, call: Call): Promise<void> {
  for (let move = 0; move < MOVES; move += 1) {
    const route = service.table.find(call.head.host)
    if (route === undefined) {
      refuse(service, call, { fault: 'host-unknown' })
      return
    }
    if (call.head.body.kind === 'sized' && call.head.body.bytes > route.payloadBytes) {
      refuse(service, call, { fault: 'too-large' })
      return
    }
    const micro = microOf(service.yard, route.deploymentId)
    const entry: Hold = { kind: 'request', abort: () => undefined }
    hold(micro, entry)
    try {
      if ((await tryMicro(service, call, { route, micro, entry })) === 'answered') return
    } finally {
      release(service.yard, micro, entry)
    }
  }
  refuse(service, call, { fault: 'wake-late' })
}

interface Target {
  readonly route: Route
  readonly micro: Micro
  readonly entry: Hold
}

async function tryMicro(service: Service, call: Call, target: Target): Promise<'answered' | 'moved'> {
  const { route, micro } = target
  const { head } = call
  const fields = fieldsFor(service, call)
  const repeatable =
    head.body.kind === 'none' &&
    call.upgrade === undefined &&
    (head.method === 'GET' || head.method === 'HEAD' || head.method === 'OPTIONS')
  let kept = repeatable
  let rewoken = false
  let dialledAtMs = 0
  let full = 0
  for (;;) {
    const state = micro.state.kind === 'awake' ? micro.state : await ready(service.yard, micro, call.response)
    if (state.kind !== 'awake') return explain(service, call, state)
    if (service.table.find(head.host)?.deploymentId !== route.deploymentId) return 'moved'
    const { socket } = state
    goTo(service.yard, target, socket)
    if (dialledAtMs === 0) dialledAtMs = Date.now()
    const outcome = await exchange(call, {
      ...target,
      socketPath: socket,
      fields,
      kept,
      limits: service.yard.limits,
    })
    suspect(service.yard, { micro, socket, outcome, timeoutMs: route.timeoutMs })
    if (outcome === 'done') {
      micro.answeredAtMs = Date.now()
      return 'answered'
    }
    if (outcome === 'stale' && kept) {
      kept = false
      continue
    }
    if (outcome === 'unreachable') {
      lost(micro, socket)
      if (!rewoken) {
        rewoken = true
        continue
      }
    }
    if (outcome === 'backlog-full' && Date.now() - dialledAtMs < route.timeoutMs) {
      await pause(backlogPauseMs(full))
      full += 1
      continue
    }
    refuse(service, call, await reasonFor(service.yard, micro, outcome))
    return 'answered'
  }
}

function fieldsFor(service: Service, call: Call): string[] {
  const { head, request, requestId } = call
  const { rawHeaders, socket } = request
  const origin = service.originOf({ peer: socket.remoteAddress, rawHeaders, authority: head.authority })
  const fields = upstreamFields(head, { ...origin, requestId })
  if (call.upgrade !== undefined) fields.push('Connection', 'Upgrade', 'Upgrade', 'websocket')
  return fields
}

/** Why a micro that does not wake cannot answer. */
function explain(service: Service, call: Call, state: Exclude<Ready, { kind: 'awake' }>): 'answered' | 'moved' {
  switch (state.kind) {
    case 'moved':
      return 'moved'
    case 'left':
      return 'answered'
    case 'late':
      refuse(service, call, { fault: 'wake-late', retryAfterSeconds: 5 })
      return 'answered'
    case 'full':
      refuse(service, call, { fault: 'busy' })
      return 'answered'
    case 'unavailable':
      refuse(service, call, {
        fault: 'unavailable',
        message: state.message,
        retryAfterSeconds: state.retryAfterSeconds,
      })
      return 'answered'
  }
}

function refuse(service: Service, call: Call, reason: Reason): void {
  const to: AnswerTo = {
    ...call,
    wantsHtml: call.head.wantsHtml,
    host: call.head.host,
    hasBody: call.head.body.kind !== 'none',
    lingerMs: service.yard.limits.lingerMs,
  }
  answer(to, reason)
}

interface Attempt {
  readonly micro: Micro
  readonly socket: string
  readonly outcome: Outcome
  readonly timeoutMs: number
}

/** Lets the engine look at a micro that does not behave, at most once a second. */
function suspect(yard: Yard, { micro, socket, outcome, timeoutMs }: Attempt): void {
  const answers = Date.now() - micro.answeredAtMs < timeoutMs / 2
  const reason = outcome === 'timeout' ? (answers ? 'late' : 'timeout') : isBreak(outcome) ? 'broken' : undefined
  if (reason === undefined || Date.now() - micro.suspectedAtMs < 1000) return
  micro.suspectedAtMs = Date.now()
  yard.tell({ type: 'suspect', deploymentId: micro.deploymentId, socket, reason })
}

function isBreak(outcome: Outcome): boolean {
  return outcome === 'unreachable' || outcome === 'crashed' || outcome === 'reply-invalid'
}

/** What to say of an attempt that came to nothing; of a micro that broke off, what the engine knows of its end. */
async function reasonFor(yard: Yard, micro: Micro, outcome: Exclude<Outcome, 'done'>): Promise<Reason> {
  if (outcome === 'backlog-full') return { fault: 'timeout' }
  const broke = outcome === 'stale' || outcome === 'crashed' || outcome === 'unreachable'
  if (!broke && outcome !== 'ended') return { fault: outcome }
  const told = micro.end ?? (broke ? await awaitEnd(micro, yard.limits.endMs) : undefined)
  if (told !== undefined) return { fault: faultOfEnd(told.end), message: told.words }
  return { fault: outcome === 'unreachable' ? outcome : 'crashed' }
}

/** Grows, because a micro that is short of time to accept has none to lose to those who knock again and again; at random, so that they part. */
function backlogPauseMs(before: number): number {
  return Math.min(250, 4 * 2 ** before) * (0.5 + Math.random())
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
