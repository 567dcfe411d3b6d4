import { readFileSync } from 'node:fs'
import type { GatewayLimits } from '../limits.ts'

/** For listening, logs, the engine, and files that Node opens on its way. */
const OWN_FILES = 256
/** Where nothing says how many files may be open, as outside Linux. */
const USUAL_FILES = 1024

/** How many files and sockets this process may have open; Node has raised its soft limit to the hard one at its start. */
export function openFilesLimit(): number {
  try {
    const line = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]
    return line === 'unlimited' ? Number.POSITIVE_INFINITY : Number(line ?? USUAL_FILES)
  } catch {
    // No /proc: then the least that systems allow is assumed.
    return USUAL_FILES
  }
}

/**
 * The limits, lowered to what the process can hold open: a connection that serves a request takes a second one to its micro, and
 * without a file for that, clients would be accepted only to be told that their micro cannot be reached.
 */
export function withinOpenFiles(limits: GatewayLimits, files: number): GatewayLimits {
  const room = Math.max(1, files - OWN_FILES)
  const upstreams = Math.min(limits.upstreams, Math.floor(room / 4))
  return { ...limits, upstreams, connections: Math.min(limits.connections, room - upstreams) }
}
