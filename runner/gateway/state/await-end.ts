import type { ToldEnd, Upstream } from './upstream.ts'

/**
 * Why the sandbox that a request was sent to is no more. Its connection breaks before the engine has heard of the end, so that is waited
 * for a moment.
 *
 * @returns undefined when the engine says nothing: then it runs, and has only closed the connection.
 */
export function awaitEnd(upstream: Upstream, waitMs: number): Promise<ToldEnd | undefined> {
  return new Promise((resolve) => {
    const finish = (told: ToldEnd | undefined): void => {
      clearTimeout(timer)
      upstream.endWaiters.delete(finish)
      resolve(told)
    }
    const timer = setTimeout(finish, waitMs, undefined)
    upstream.endWaiters.add(finish)
  })
}

/** Tells all that wait for it. */
export function settleEnd(upstream: Upstream, told: ToldEnd): void {
  upstream.end = told
  for (const finish of upstream.endWaiters) finish(told)
}
