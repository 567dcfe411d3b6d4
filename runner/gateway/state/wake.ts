import type { ServerResponse } from 'node:http'
import type { Micro, Ready, Waiter } from './micro.ts'
import type { Yard } from './yard.ts'

/**
 * Waits until the micro may be dialled. However many wait, the engine is asked once. Callers hold the micro already, so it
 * cannot fall asleep between this answer and its use.
 */
export async function ready(yard: Yard, micro: Micro, response: ServerResponse): Promise<Ready> {
  const { state } = micro
  if (state.kind === 'awake') return state
  if (state.kind === 'unavailable') {
    const leftMs = state.untilMs - Date.now()
    if (leftMs > 0) return { ...state, retryAfterSeconds: Math.ceil(leftMs / 1000) }
  }
  const already = state.kind === 'waking' ? state.waiters.size : 0
  if (already >= yard.limits.waitersPerMicro || yard.waiting >= yard.limits.waiters) return { kind: 'full' }
  const waiters = state.kind === 'waking' ? state.waiters : startWake(yard, micro)
  yard.waiting += 1
  try {
    return await new Promise<Ready>((resolve) => {
      const waiter: Waiter = (outcome) => {
        waiters.delete(waiter)
        response.removeListener('close', leave)
        resolve(outcome)
      }
      const leave = (): void => waiter({ kind: 'left' })
      response.once('close', leave)
      waiters.add(waiter)
    })
  } finally {
    yard.waiting -= 1
  }
}

/** Ends the wake, if one is under way, and tells everybody who waits for it. */
export function settleWake(micro: Micro, outcome: Ready): void {
  const { state } = micro
  if (state.kind !== 'waking') return
  clearTimeout(state.deadline)
  micro.state = { kind: 'asleep' }
  for (const waiter of state.waiters) waiter(outcome)
}

/** Says the sandbox at `socket` cannot be dialled: the next request asks for a wake. Stale news of an earlier socket is ignored. */
export function lost(micro: Micro, socket: string): void {
  if (micro.state.kind === 'awake' && micro.state.socket === socket) micro.state = { kind: 'asleep' }
}

function startWake(yard: Yard, micro: Micro): Set<Waiter> {
  const waiters = new Set<Waiter>()
  const deadline = setTimeout(() => settleWake(micro, { kind: 'late' }), yard.limits.wakeMs)
  micro.state = { kind: 'waking', waiters, deadline }
  // When the engine is away, the link asks again for every micro that still wakes as soon as it is back.
  yard.tell({ type: 'wake', deploymentId: micro.deploymentId })
  return waiters
}
