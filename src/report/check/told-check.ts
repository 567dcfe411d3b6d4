import { createHash } from 'node:crypto'
import { z } from 'zod'
import { parseJson } from '../../../contract/text/parse-json.ts'

const schema = z.strictObject({
  /** GitHub's number; absent from the moment before it is created. */
  id: z.number().int().optional(),
  /** Names what was sent last. */
  digest: z.string().optional(),
  completed: z.boolean().optional(),
  /** Annotations are added and never replaced, so they are sent once: `sending` until GitHub has answered. */
  annotations: z.enum(['sending', 'sent']).optional(),
  /** Of the run of a config file: the push that it is about, and what it is called. */
  sequence: z.number().optional(),
  name: z.string().optional(),
})

/** What GitHub was told by a check run. */
export type ToldCheck = Readonly<z.infer<typeof schema>>

/** A damaged note counts as none. */
export function readToldCheck(value: string | undefined): ToldCheck | undefined {
  const parsed = schema.safeParse(value === undefined ? undefined : parseJson(value))
  return parsed.success ? parsed.data : undefined
}

/** Names what a check run says. */
export function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32)
}
