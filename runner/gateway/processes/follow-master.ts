import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { z } from 'zod'
import type { Processes } from '../health.ts'
import { parseJson } from '../../../contract/text/parse-json.ts'

const processes = z.strictObject({ wanted: z.number(), running: z.number() })

/**
 * A worker's end of what its master tells it.
 *
 * @param onGone the master is no more, and the port is going to be somebody else's.
 * @returns how many workers there are, as it was last told.
 */
export function followMaster(input: Readable, onGone: () => void): () => Processes | undefined {
  let told: Processes | undefined
  const lines = createInterface({ input })
  lines.on('line', (line) => {
    told = processes.safeParse(parseJson(line)).data ?? told
  })
  lines.once('close', onGone)
  return () => told
}
