/** User and group that own nothing but the right to dial the engine's control socket and the micros' sockets. */
const GATEWAY_ID = 64001

/**
 * Gives up root for good: whoever breaks into the process that parses strangers' bytes finds nothing to use.
 *
 * @returns whether there was anything to give up.
 */
export function dropPrivileges(): boolean {
  if (process.getuid?.() !== 0) return false
  process.setgroups?.([])
  process.setgid?.(GATEWAY_ID)
  process.setuid?.(GATEWAY_ID)
  return true
}
