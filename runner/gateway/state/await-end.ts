import type { Micro, ToldEnd } from './micro.ts'

/**
 * Why the sandbox that a request was sent to is no more. Its connection breaks before the engine has heard of the end, so that is waited
 * for a moment.
 *
 * @returns undefined when the engine says nothing: then it runs, and has only closed the connection.
 */
export function awaitEnd(micro: Micro, waitMs: number): Promise<ToldEnd | undefined> {
  return new Promise((resolve) => {
    const finish = (told: ToldEnd | undefined): void => {
      clearTimeout(timer)
      micro.endWaiters.delete(finish)
      resolve(told)
    }
    const timer = setTimeout(finish, waitMs, undefined)
    micro.endWaiters.add(finish)
  })
}

/** Tells all that wait for it. */
export function settleEnd(micro: Micro, told: ToldEnd): void {
  for (const finish of micro.endWaiters) finish(told)
}
