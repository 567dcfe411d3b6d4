import { isOthersHost, isPending } from './lua.ts'

/** What a roll-back and its end change in one step each. The form of the records: `deployment.ts`. */
export const pointScripts = {
  /**
   * With a token that was used last it gives the same again: ioredis sends again what was not answered, and a job may be begun again.
   * KEYS micro, deployment, hosts, history, pending, unsettled, unreported
   * ARGV id, sequence, now, token, `roll-back` or `resume`, deployment key prefix, pause, standing of it, standing of the one before,
   *   words for what is under way, number of hosts, hosts…
   */
  point: `
    local live = redis.call('HGET', KEYS[1], 'live') or ''
    if redis.call('HGET', KEYS[1], 'pointed') == ARGV[4] then
      if live ~= ARGV[1] then return {'stale', live} end
      return {'live', redis.call('HGET', KEYS[1], 'pointedFrom') or ''}
    end
    if redis.call('HGET', KEYS[2], 'state') ~= 'live' then return {'lost', ''} end
    local sequence = tonumber(ARGV[2])
    if sequence <= tonumber(redis.call('HGET', KEYS[1], 'ended') or '0') then return {'lost', ''} end
    if sequence <= tonumber(redis.call('HGET', KEYS[1], 'liveSequence') or '0') then return {'stale', live} end
    local micro = redis.call('HGET', KEYS[2], 'micro')
    local last = 11 + tonumber(ARGV[11])
    ${isOthersHost}
    for i = 12, last do
      if isOthersHost({hosts = KEYS[3], host = ARGV[i], prefix = ARGV[6], target = micro}) then return {'lost', ''} end
    end
    for i = 12, last do redis.call('HSET', KEYS[3], ARGV[i], ARGV[1]) end
    redis.call('HSET', KEYS[1], 'live', ARGV[1], 'liveSequence', ARGV[2], 'pointed', ARGV[4], 'pointedFrom', live)
    local activation = tonumber(redis.call('HGET', KEYS[2], 'outcome:activation') or '1') + 1
    redis.call('HSET', KEYS[2], 'outcome:activation', string.format('%d', activation), 'outcome:standing', ARGV[8])
    if ARGV[5] == 'resume' then
      redis.call('HDEL', KEYS[1], 'paused', 'pinned')
      if live ~= '' and live ~= ARGV[1] then redis.call('HDEL', ARGV[6] .. live, 'outcome:standing') end
    else
      redis.call('HSET', KEYS[1], 'paused', ARGV[7], 'pinned', ARGV[1])
      if live ~= '' and live ~= ARGV[1] then redis.call('HSET', ARGV[6] .. live, 'outcome:standing', ARGV[9]) end
      for _, id in ipairs(redis.call('ZRANGE', KEYS[4], 0, -1)) do
        local key = ARGV[6] .. id
        local state = redis.call('HGET', key, 'state')
        if ${isPending} then
          redis.call('HSET', key, 'state', 'skipped', 'since', ARGV[3], 'outcome:detail', ARGV[10])
          redis.call('ZREM', KEYS[5], id)
          redis.call('SADD', KEYS[6], id)
          redis.call('ZADD', KEYS[7], ARGV[3], id)
        end
      end
    end
    return {'live', live}`,

  /** KEYS micro. Gives what was paused. */
  unpause: `
    local paused = redis.call('HGET', KEYS[1], 'paused')
    redis.call('HDEL', KEYS[1], 'paused')
    return paused or ''`,

  /**
   * A restarted deployment has the secrets that are set now.
   * KEYS micro, deployment, kept secrets
   * ARGV id, secrets
   */
  renew: `
    if redis.call('HGET', KEYS[2], 'state') ~= 'live' then return 0 end
    redis.call('SET', KEYS[3], ARGV[2])
    if redis.call('HGET', KEYS[1], 'pinned') == ARGV[1] then redis.call('HDEL', KEYS[1], 'pinned') end
    return 1`,
} as const
