import { openQueues, type Queues } from '../contract/queue.ts'
import type { Store } from '../contract/store/connect.ts'
import { readSettings } from './env.ts'
import { withStore } from './with-store.ts'

/**
 * Runs a command on micropush's records and queues.
 *
 * @throws MicropushError as `withStore`.
 */
export async function withQueues<T>(run: (means: { store: Store; queues: Queues }) => Promise<T>): Promise<T> {
  return withStore(async (store) => {
    const queues = openQueues(store.redis, readSettings().redisPrefix)
    try {
      return await run({ store, queues })
    } finally {
      await queues.close()
    }
  })
}
