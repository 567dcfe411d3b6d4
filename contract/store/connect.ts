import { Redis } from 'ioredis'
import type { Settings } from '../settings.ts'
import { storeKeys, type StoreKeys } from './keys.ts'

/** A connection together with the names that are valid on it; every function of the store takes one. */
export interface Store {
  readonly redis: Redis
  readonly keys: StoreKeys
}

type Address = Pick<Settings, 'redis' | 'redisPrefix'>

/** For our own commands: a command fails within about two seconds when Redis is away, so that callers can answer 5xx. */
export function openStore(address: Address): Store {
  const redis = new Redis(address.redis, {
    maxRetriesPerRequest: 2,
    commandTimeout: 4000,
    retryStrategy: (attempt) => Math.min(50 * attempt, 1000),
    lazyConnect: false,
  })
  redis.on('error', ignoreConnectionError)
  return { redis, keys: storeKeys(address.redisPrefix) }
}

/** For BullMQ workers, whose blocking commands must wait for ever. */
export function openWorkerConnection(address: Address): Redis {
  const redis = new Redis(address.redis, {
    maxRetriesPerRequest: null,
    retryStrategy: (attempt) => Math.min(50 * attempt, 1000),
  })
  redis.on('error', ignoreConnectionError)
  return redis
}

/** ioredis reports a lost connection here and to each command; the command's error is the one that is handled. */
function ignoreConnectionError(): void {}
