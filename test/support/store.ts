import { afterAll, beforeEach } from 'vitest'
import { openStore, type Store } from '../../contract/store/connect.ts'
import { startTestRedis } from './redis.ts'

/** A store on a Redis of a test file's own, empty at the beginning of each test, and gone after the last. */
export async function openTestStore(): Promise<Store> {
  const redis = await startTestRedis()
  const store = openStore({ redis: redis.socket, redisPrefix: 'test' })
  beforeEach(async () => {
    await store.redis.flushall()
  })
  afterAll(async () => {
    store.redis.disconnect()
    await redis[Symbol.asyncDispose]()
  })
  return store
}
