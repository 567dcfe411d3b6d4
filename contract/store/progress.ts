import { z } from 'zod'
import type { Store } from './connect.ts'

/** As long as anybody may look how it went. */
const TTL_SECONDS = 3600

const progressRecord = z.strictObject({
  state: z.enum(['queued', 'starting', 'draining', 'done', 'failed']),
  /** Words for the person who asked. */
  message: z.string(),
  /** What goes on where this has ended: a deployment that was queued. */
  deploymentId: z.string().optional(),
})

export type Progress = Readonly<z.infer<typeof progressRecord>>

/** Notes how a restart, a roll-back or another command stands, for whoever asked for it. */
export async function noteProgress({ redis, keys }: Store, id: string, progress: Progress): Promise<void> {
  await redis.set(keys.progress(id), JSON.stringify(progress), 'EX', TTL_SECONDS)
}

export async function readProgress({ redis, keys }: Store, id: string): Promise<Progress | undefined> {
  const text = await redis.get(keys.progress(id))
  return text === null ? undefined : progressRecord.parse(JSON.parse(text))
}
