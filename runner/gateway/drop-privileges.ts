/** User and group that own nothing but the right to dial the engine's control socket and the micros' sockets. */
const GATEWAY_ID = 64001

/** Gives up root for good, where it is held: whoever breaks into the process that parses strangers' bytes finds nothing to use. */
export function dropPrivileges(): void {
  if (process.getuid?.() !== 0) return
  process.setgroups?.([])
  process.setgid?.(GATEWAY_ID)
  process.setuid?.(GATEWAY_ID)
}
