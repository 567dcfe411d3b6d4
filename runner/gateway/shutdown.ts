import type { Server } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { abortHolds } from './state/activity.ts'
import type { Micro } from './state/micro.ts'
import type { Yard } from './state/yard.ts'

const LOOK_MS = 20
/** For the bytes of answers that have just been given up. */
const LAST_BYTES_MS = 500

/** Stops accepting, lets requests finish within the shutdown time, and then ends what is left, streams included. */
export async function shutDown(server: Server, yard: Yard): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve())
  })
  const untilMs = Date.now() + yard.limits.shutdownMs
  while (Date.now() < untilMs && [...yard.micros.values()].some(hasRequest)) {
    await sleep(LOOK_MS)
    server.closeIdleConnections()
  }
  for (const micro of yard.micros.values()) abortHolds(micro)
  server.closeIdleConnections()
  await Promise.race([closed, sleep(LAST_BYTES_MS, undefined, { ref: false })])
  server.closeAllConnections()
}

function hasRequest(micro: Micro): boolean {
  for (const entry of micro.holds) if (entry.kind === 'request') return true
  return false
}
