import { write } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { z } from 'zod'
import type { Processes } from '../health.ts'
import { parseJson } from '../../../contract/text/parse-json.ts'

const processes = z.strictObject({ wanted: z.number(), running: z.number() })

/** Where the master listens whether this process goes on. */
const PULSE_FD = 4

/**
 * A worker's end of what its master tells it; each time it answers that it goes on.
 *
 * @param onGone the master is no more, and the port is going to be somebody else's.
 * @returns how many workers there are, as it was last told.
 */
export function followMaster(input: Readable, onGone: () => void): () => Processes | undefined {
  let told: Processes | undefined
  const lines = createInterface({ input })
  lines.on('line', (line) => {
    told = processes.safeParse(parseJson(line)).data ?? told
    // When nobody listens any more, `close` says so.
    write(PULSE_FD, '.', () => {})
  })
  lines.once('close', onGone)
  return () => told
}
