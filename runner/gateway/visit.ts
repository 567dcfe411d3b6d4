import { refuse, whyFailed, whyNotAwake } from './refuse.ts'
import { assign } from './state/choose-upstream.ts'
import type { Call } from './request/call.ts'
import { waitingBytes } from './request/waiting-bytes.ts'
import { exchange, type Outcome } from './upstream/exchange.ts'
import type { Hold, Micro, Ready } from './state/micro.ts'
import type { Route } from './protocol.ts'
import type { RouteTable } from './state/route-table.ts'
import { lost, reach, type Reach } from './state/wake.ts'
import type { Yard } from './state/yard.ts'
import { suspect } from './state/suspect.ts'
import type { Upstream } from './state/upstream.ts'

/** So many wakes may lead to no sandbox that can be dialled; more, and something is wrong with the deployment. */
const WAKES = 2

interface Place {
  readonly yard: Yard
  readonly table: RouteTable
}

interface Target {
  readonly route: Route
  readonly micro: Micro
  readonly entry: Hold
  /** What the micro is sent of the head. */
  readonly fields: string[]
}

type Found = Exclude<Reach, { kind: 'waits' }>

/** One request at one deployment, with as many attempts as it takes. */
export class Visit {
  readonly #place: Place
  readonly #call: Call
  readonly #target: Target
  /** Whether it may be sent on a connection that could turn out to be stale, or to a sandbox that could turn out to be gone. */
  #repeatable: boolean
  #early: boolean
  /** What was sent ahead of the wake has reached a sandbox that goes on: from then on it is a request as every other. */
  #thawed = false
  #wakes = 0
  #firstSentMs = 0
  #full = 0

  constructor(place: Place, call: Call, target: Target) {
    this.#place = place
    this.#call = call
    this.#target = target
    this.#repeatable = isRepeatable(call)
    this.#early = this.#repeatable
  }

  /** Rejects only by a fault of ours. */
  async run(): Promise<'answered' | 'moved'> {
    const { yard, table } = this.#place
    const { route, micro } = this.#target
    for (;;) {
      if (table.find(route.host)?.deploymentId !== route.deploymentId) return 'moved'
      if (this.#wakes > WAKES) return this.#refuse({ kind: 'late' })
      const found = reach(yard, micro, {
        response: this.#call.response,
        bytes: () => waitingBytes(this.#call),
        early: this.#early,
      })
      if (found.kind === 'waits') {
        this.#wakes += 1
        const ready = await this.#queue(found.settled)
        if (ready.kind !== 'awake') return this.#refuse(ready)
        continue
      }
      const outcome = await this.#send(found)
      const next = await this.#judge(found, outcome)
      if (next !== 'again') return next
    }
  }

  async #queue(settled: Promise<Ready>): Promise<Ready> {
    const { trace } = this.#call
    const sinceMs = performance.now()
    const ready = await settled
    trace.queueMs += performance.now() - sinceMs
    if (ready.kind === 'awake') trace.wake = { by: ready.by, ms: ready.wakeMs }
    return ready
  }

  #send(found: Found): Promise<Outcome> {
    const { yard } = this.#place
    const { route, micro, entry, fields } = this.#target
    const { upstream } = found
    assign(yard, { micro, entry }, upstream)
    const { trace } = this.#call
    trace.sentMs = performance.now()
    if (this.#firstSentMs === 0) this.#firstSentMs = trace.sentMs
    if (found.kind === 'early') {
      void found.settled.then((ready) => {
        if (ready.kind !== 'awake') return entry.abort()
        this.#thawed = ready.sockets.includes(upstream.socket)
        trace.wake = { by: ready.by, ms: ready.wakeMs }
        if (trace.headMs === 0) {
          const nowMs = performance.now()
          trace.aheadMs = nowMs - trace.sentMs
          trace.sentMs = nowMs
        }
        entry.woken()
      })
    }
    return exchange(this.#call, {
      route,
      entry,
      to: upstream,
      fields,
      ahead: found.kind === 'early' ? found.settled : undefined,
      kept: this.#repeatable,
      limits: yard.limits,
    })
  }

  async #judge(found: Found, outcome: Outcome): Promise<'answered' | 'moved' | 'again'> {
    const { yard } = this.#place
    const { route, micro } = this.#target
    const { upstream } = found
    if (outcome === 'done') {
      upstream.answeredAtMs = Date.now()
      return 'answered'
    }
    if (found.kind === 'early' && mayRepeat(this.#call, outcome)) {
      this.#early = false
      const ready = await found.settled
      if (ready.kind !== 'awake') return this.#refuse(ready)
      // Another one was started in its place: what was sent to this one has been answered by nobody.
      if (!this.#thawed) return 'again'
    }
    suspect(yard, { deploymentId: micro.deploymentId, to: upstream, outcome, timeoutMs: route.timeoutMs })
    if (outcome === 'stale' && this.#repeatable) {
      this.#repeatable = false
      return 'again'
    }
    if (outcome === 'unreachable') {
      lost(yard, micro, upstream)
      this.#early = false
      if (this.#wakes < WAKES) return 'again'
    }
    if (outcome === 'backlog-full' && performance.now() - this.#firstSentMs < route.timeoutMs) {
      await pause(backlogPauseMs(this.#full))
      this.#full += 1
      return 'again'
    }
    return this.#fail(upstream, outcome)
  }

  async #fail(to: Upstream, outcome: Exclude<Outcome, 'done'>): Promise<'answered'> {
    const { limits } = this.#place.yard
    refuse(limits, this.#call, await whyFailed(limits, to, outcome))
    return 'answered'
  }

  #refuse(ready: Exclude<Ready, { kind: 'awake' }>): 'answered' | 'moved' {
    const { yard } = this.#place
    if (ready.kind === 'moved') return 'moved'
    if (ready.kind === 'left') return 'answered'
    if (ready.kind === 'full') yard.counts.refuse()
    refuse(yard.limits, this.#call, whyNotAwake(ready))
    return 'answered'
  }
}

/** Has no effect that counts if it is done twice, and no body that is gone once it was sent (RFC 9110 section 9.2.2). */
function isRepeatable({ head, upgrade }: Call): boolean {
  return (
    head.body.kind === 'none' &&
    upgrade === undefined &&
    (head.method === 'GET' || head.method === 'HEAD' || head.method === 'OPTIONS')
  )
}

/** Whether a request that was sent ahead of the wake came to nothing with its sandbox. */
function mayRepeat({ response }: Call, outcome: Outcome): boolean {
  if (response.headersSent) return false
  return outcome === 'ended' || outcome === 'unreachable' || outcome === 'stale' || outcome === 'crashed'
}

/** Grows, because a micro that is short of time to accept has none to lose to those who knock again and again; at random, so that they part. */
function backlogPauseMs(before: number): number {
  return Math.min(250, 4 * 2 ** before) * (0.5 + Math.random())
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
