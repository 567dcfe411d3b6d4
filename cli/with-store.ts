import { MicropushError } from '../contract/errors.ts'
import { openStore, type Store } from '../contract/store/connect.ts'
import { readSettings } from './env.ts'

/**
 * Runs a command on micropush's records.
 *
 * @throws MicropushError `engine-unavailable` when Redis does not answer, with what to start.
 */
export async function withStore<T>(run: (store: Store) => Promise<T>): Promise<T> {
  const settings = readSettings()
  const store = openStore(settings)
  try {
    await store.redis.ping().catch((cause: unknown) => {
      throw new MicropushError(
        'engine-unavailable',
        `Redis does not answer at ${withoutPassword(settings.redis)}. Start micropush first: npm start, or docker compose up -d. If its data is elsewhere, say so in MICROPUSH_DATA.`,
        { cause },
      )
    })
    return await run(store)
  } finally {
    store.redis.disconnect()
  }
}

function withoutPassword(address: string): string {
  return address.replace(/\/\/[^/@]*@/, '//')
}
