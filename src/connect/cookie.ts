import type { IncomingMessage } from 'node:http'

const NAME = 'micropush_setup'

/** The session that a browser brings along. */
export function sessionIn(request: IncomingMessage): string | undefined {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='))
  return pairs.find(([name]) => name === NAME)?.[1]
}

/**
 * A cookie for the pages below `/setup` alone, out of reach of scripts. `Lax`: the browser must bring it along when GitHub sends it back, and
 * must not when a stranger's page posts a form.
 */
export function sessionCookie(
  session: string,
  { isSecure, maxMs }: { readonly isSecure: boolean; readonly maxMs: number },
): string {
  const parts = [`${NAME}=${session}`, 'Path=/setup', 'HttpOnly', 'SameSite=Lax', `Max-Age=${Math.floor(maxMs / 1000)}`]
  return [...parts, ...(isSecure ? ['Secure'] : [])].join('; ')
}
