import type { Micro } from './micro.ts'
import type { Yard } from './yard.ts'

/** The engine hears of one micro's load at most this often. */
const EVERY_MS = 50

/** Tells the engine how many requests and streams a micro has in hand, where it may have more than one sandbox: changes soon, the last value always. */
export function noteLoad(yard: Yard, micro: Micro): void {
  if (micro.sandboxes <= 1 || micro.load.timer !== undefined || micro.holds.size === micro.load.told) return
  const requests = micro.holds.size
  if (yard.tell({ type: 'load', deploymentId: micro.deploymentId, requests })) micro.load.told = requests
  micro.load.timer = setTimeout(() => {
    micro.load.timer = undefined
    noteLoad(yard, micro)
  }, EVERY_MS)
}

/** After a time without the engine, which knows nothing of what it was told before. */
export function tellLoadAgain(yard: Yard, micro: Micro): void {
  micro.load.told = 0
  noteLoad(yard, micro)
}
