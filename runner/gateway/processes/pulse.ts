import type { Readable } from 'node:stream'

/** How often a worker is spoken to; it answers with a byte each time. */
export const PULSE_MS = 5000
/** So often in a row it is silent when it hangs: once can be this process's own fault, when it stood still itself. */
const MISSES = 2
/** Before its first answer it has its code to load, on a machine that may be busy. */
const FIRST_MISSES = 12

export interface Pulse {
  /** Called each `PULSE_MS`, before it is spoken to again. @returns whether it goes on. */
  beat(): boolean
}

/**
 * Knows of a worker whether it goes on or hangs, with its connections open. What comes from it counts and is not read, and no more is taken in
 * than fits into a pipe: it parses strangers' bytes, so somebody else may be speaking.
 */
export function takePulse(answers: Readable): Pulse {
  let left = FIRST_MISSES
  // It is taken in until a buffer is full, all that is there is dropped at once, and what was said before says nothing of now.
  answers.on('readable', () => {})
  // Its end is told by the process's.
  answers.on('error', () => {})
  return {
    beat() {
      left = answers.read() === null ? left - 1 : MISSES
      return left > 0
    },
  }
}
