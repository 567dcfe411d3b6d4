import type { Server } from 'node:http'

/** For requests in hand, when the bot is told to end. */
export const CLOSE_GRACE_MS = 4000

/** Ends a server. A transfer that is cut off after the grace is begun again by the runner when the bot is back. */
export async function closeServer(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.close(() => resolve())
  const timer = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS)
  await promise
  clearTimeout(timer)
}
