import { z } from 'zod'

/**
 * Why a micro's sandbox ended: the closed list.
 * - `memory`: it used more than its limit, and the kernel ended it.
 * - `timeout`: it kept its processor busy past its execution time, and was ended.
 * - `processes`: it ended by itself after it had been refused a process or thread.
 * - `crash`: a signal ended it that nobody of us had sent.
 * - `exit`: it ended by itself, with an exit code.
 * - `disk`: the machine's disk was nearly full, and its `/tmp` took the most of it.
 * - `stopped`: it was ended by us, for a newer deployment, an eviction or a restart.
 * - `unknown`: it is gone, and nothing says why.
 */
const endReasons = ['memory', 'timeout', 'processes', 'crash', 'exit', 'disk', 'stopped', 'unknown'] as const

/** How a micro ended, as far as it is known. */
export const microEnd = z.strictObject({
  reason: z.enum(endReasons),
  /** Of `exit` and `processes`. */
  exitCode: z.number().int().optional(),
  /** Of `crash`: the signal's name, such as `SIGSEGV`. */
  signal: z.string().optional(),
})

export type MicroEnd = Readonly<z.infer<typeof microEnd>>

/** One sentence for the log and for an answer: it tells strangers nothing but what they have seen. */
export function describeEnd({ reason, exitCode, signal }: MicroEnd): string {
  switch (reason) {
    case 'memory':
      return 'The micro was ended because it used more memory than its limit.'
    case 'timeout':
      return 'The micro did not answer in time while it kept its processor busy, and was ended.'
    case 'processes':
      return `The micro ended by itself with exit code ${exitCode ?? 1} after it had reached its limit of processes and threads.`
    case 'crash':
      return `The micro was ended by signal ${signal ?? 'unknown'}.`
    case 'exit':
      return `The micro ended by itself with exit code ${exitCode ?? 0}.`
    case 'disk':
      return 'The micro was ended because the disk of this machine is nearly full, and its /tmp held the most.'
    case 'stopped':
      return 'The micro was ended to make room for another start of it.'
    case 'unknown':
      return 'The micro ended by itself.'
  }
}

/** What is counted for each micro: how it ended, and what it ran into without ending. */
export const incidentKinds = [
  ...endReasons.filter((reason) => reason !== 'stopped'),
  /** A request was answered 504. */
  'late',
  /** The kernel ended a process of it for want of memory, and the micro went on. */
  'memory-of-child',
  /** A process or thread was refused, and the micro went on. */
  'process-refused',
] as const

export type IncidentKind = (typeof incidentKinds)[number]
