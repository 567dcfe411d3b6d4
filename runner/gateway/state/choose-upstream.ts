import type { Hold, Micro } from './micro.ts'
import { closeUpstream, createUpstream, type Upstream } from './upstream.ts'
import type { Yard } from './yard.ts'

/** Of a micro's sandboxes the one with the fewest requests in hand, the first of equals; undefined when it has none. */
export function chooseUpstream(yard: Yard, micro: Micro): Upstream | undefined {
  const [first, ...others] = micro.sockets
  if (first === undefined) return undefined
  let best = first
  for (const socket of others) if (requestsAt(micro, socket) < requestsAt(micro, best)) best = socket
  const known = micro.upstreams.get(best)
  if (known !== undefined) return known
  const upstream = createUpstream(best, yard.limits)
  micro.upstreams.set(best, upstream)
  return upstream
}

/** Notes to which sandbox a request goes, the first time or when it is tried again at another one; to none once it has ended. */
export function assign(
  yard: Yard,
  of: { readonly micro: Micro; readonly entry: Hold },
  to: Upstream | undefined,
): void {
  const former = of.entry.upstream
  if (former === to) return
  of.entry.upstream = to
  if (to !== undefined) to.requests += 1
  if (former === undefined) return
  former.requests -= 1
  if (former.requests === 0) settleLeft(yard, of.micro, former)
}

/** What is due once nothing uses a sandbox any more: the word that it is drained, and the end of what we keep of one that is no longer there. */
export function settleLeft(yard: Yard, micro: Micro, upstream: Upstream): void {
  if (upstream.leaving !== undefined) {
    for (const timer of upstream.leaving) clearTimeout(timer)
    upstream.leaving = undefined
    yard.tell({ type: 'drained', deploymentId: micro.deploymentId, socket: upstream.socket })
  }
  if (micro.sockets.includes(upstream.socket)) return
  closeUpstream(upstream)
  micro.upstreams.delete(upstream.socket)
}

function requestsAt(micro: Micro, socket: string): number {
  return micro.upstreams.get(socket)?.requests ?? 0
}
