import type { MicroEnd } from '../../../contract/end-reason.ts'
import type { Micro } from './micro.ts'

/** What the engine said about the end of a micro's sandbox. */
export interface LastWords {
  readonly words: string
  readonly end: MicroEnd | undefined
}

/**
 * Why the sandbox that a request was sent to is no more. Its connection breaks before the engine has heard of the end, so that is waited
 * for a moment.
 *
 * @returns undefined when the engine says nothing: then it runs, and has only closed the connection.
 */
export function hearLastWords(micro: Micro, waitMs: number): Promise<LastWords | undefined> {
  return new Promise((resolve) => {
    const finish = (said: LastWords | undefined): void => {
      clearTimeout(timer)
      micro.mourners.delete(finish)
      resolve(said)
    }
    const timer = setTimeout(finish, waitMs, undefined)
    micro.mourners.add(finish)
  })
}

/** Tells all that wait to hear it. */
export function sayLastWords(micro: Micro, said: LastWords): void {
  for (const finish of micro.mourners) finish(said)
}
