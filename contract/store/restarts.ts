import { z } from 'zod'
import type { Store } from './connect.ts'

/** As long as anybody may look how a restart went. */
const TTL_SECONDS = 3600

const restartProgress = z.strictObject({
  state: z.enum(['queued', 'starting', 'draining', 'done', 'failed']),
  /** Words for the person who asked. */
  message: z.string(),
  /** What goes on where this has ended: a deployment that was queued. */
  deploymentId: z.string().optional(),
})

export type RestartProgress = Readonly<z.infer<typeof restartProgress>>

/** Notes how a restart stands, for whoever asked for it. */
export async function noteRestart({ redis, keys }: Store, id: string, progress: RestartProgress): Promise<void> {
  await redis.set(keys.restart(id), JSON.stringify(progress), 'EX', TTL_SECONDS)
}

export async function readRestart({ redis, keys }: Store, id: string): Promise<RestartProgress | undefined> {
  const text = await redis.get(keys.restart(id))
  return text === null ? undefined : restartProgress.parse(JSON.parse(text))
}
