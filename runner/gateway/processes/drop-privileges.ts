import { closeSync, openSync } from 'node:fs'

/** User and group that own nothing but the right to dial the engine's control socket and the micros' sockets. */
const GATEWAY_ID = 64001

/** Gives up root for good, where it is held: whoever breaks into a process that parses strangers' bytes finds nothing to use. */
export function dropPrivileges(): void {
  if (process.getuid?.() !== 0) return
  process.setgroups?.([])
  process.setgid?.(GATEWAY_ID)
  process.setuid?.(GATEWAY_ID)
}

/** Whether a process without privileges could read these files: one that starts others must not drop its own where it could not. */
export function anybodyReads(files: readonly string[]): boolean {
  if (process.getuid?.() !== 0) return true
  const groups = process.getgroups?.() ?? []
  process.setgroups?.([])
  process.setegid?.(GATEWAY_ID)
  process.seteuid?.(GATEWAY_ID)
  try {
    for (const file of files) closeSync(openSync(file, 'r'))
    return true
  } catch {
    // Below somebody's home, as a rule.
    return false
  } finally {
    process.seteuid?.(0)
    process.setegid?.(0)
    process.setgroups?.(groups)
  }
}
