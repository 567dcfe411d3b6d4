import { isOthersHost, isPending } from './lua.ts'

/** What going live, ending and growing old change in one step each. The form of the records: `deployment.ts`. */
export const targetScripts = {
  /**
   * A second time gives the same: after a lost connection ioredis sends again what was not answered.
   * What its target was called before, when the repository had another owner, is free from now on.
   * KEYS micro, deployment, pending, hosts, kept secrets, claims, unreported
   * ARGV id, sequence, now, secrets or '', label, targetKey, number of hosts, hosts…, then field and value pairs
   */
  publish: `
    local state = redis.call('HGET', KEYS[2], 'state')
    if state == 'live' and redis.call('HGET', KEYS[1], 'live') == ARGV[1] then return {'live', ''} end
    if state ~= 'starting' then return {'lost', state or ''} end
    local sequence = tonumber(ARGV[2])
    local ended = tonumber(redis.call('HGET', KEYS[1], 'ended') or '0')
    if sequence <= ended then return {'lost', 'ended'} end
    local live = redis.call('HGET', KEYS[1], 'live')
    local liveSequence = tonumber(redis.call('HGET', KEYS[1], 'liveSequence') or '0')
    if liveSequence > sequence then return {'stale', live or ''} end
    local count = tonumber(ARGV[7])
    local prefix = string.sub(KEYS[2], 1, #KEYS[2] - #ARGV[1])
    ${isOthersHost}
    for i = 8, 7 + count do
      local of = {hosts = KEYS[4], host = ARGV[i], prefix = prefix, target = ARGV[6]}
      if isOthersHost(of) then return {'lost', 'host'} end
    end
    for i = 8, 7 + count do redis.call('HSET', KEYS[4], ARGV[i], ARGV[1]) end
    local domain = string.sub(ARGV[8] or '', #ARGV[5] + 1)
    local claims = redis.call('HGETALL', KEYS[6])
    for i = 1, #claims, 2 do
      if claims[i + 1] == ARGV[6] and claims[i] ~= ARGV[5] then
        redis.call('HDEL', KEYS[6], claims[i])
        redis.call('HDEL', KEYS[4], claims[i] .. domain)
      end
    end
    if ARGV[4] ~= '' then redis.call('SET', KEYS[5], ARGV[4]) end
    redis.call('HSET', KEYS[1], 'live', ARGV[1], 'liveSequence', ARGV[2])
    redis.call('HSET', KEYS[2], 'state', 'live', 'since', ARGV[3])
    for i = 8 + count, #ARGV, 2 do redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
    redis.call('ZREM', KEYS[3], ARGV[1])
    redis.call('ZADD', KEYS[7], ARGV[3], ARGV[1])
    return {'live', live or ''}`,

  /**
   * KEYS micro, history, pending, hosts, claims, micros or previews, unsettled, unreported
   * ARGV sequence, now, deployment key prefix, targetKey, seconds for which what is left of it is kept, why (JSON) or '',
   *   kept secrets key prefix, seconds where nobody ever worked on any of it
   */
  endTarget: `
    redis.call('HSET', KEYS[1], 'ended', ARGV[1])
    if ARGV[6] == '' then redis.call('HDEL', KEYS[1], 'endedWhy') else redis.call('HSET', KEYS[1], 'endedWhy', ARGV[6]) end
    redis.call('HDEL', KEYS[1], 'live', 'liveSequence', 'paused', 'pinned', 'pointed', 'pointedFrom')
    local touched = {}
    local gone = {}
    local ids = redis.call('ZRANGE', KEYS[2], 0, -1)
    local seconds = ARGV[8]
    for _, id in ipairs(ids) do
      local state = redis.call('HGET', ARGV[3] .. id, 'state')
      local isIdle = state == 'held' or state == 'superseded' or state == 'skipped' or state == 'cancelled'
      if state and not isIdle then seconds = ARGV[5] end
    end
    for _, id in ipairs(ids) do
      local key = ARGV[3] .. id
      local state = redis.call('HGET', key, 'state')
      local final = ''
      if state == 'live' then final = 'destroyed' end
      if ${isPending} then final = 'cancelled' end
      if final ~= '' then
        redis.call('HSET', key, 'state', final, 'since', ARGV[2])
        if ARGV[6] ~= '' then redis.call('HSET', key, 'outcome:ended', ARGV[6]) end
        redis.call('ZREM', KEYS[3], id)
        redis.call('SADD', KEYS[7], id)
        redis.call('ZADD', KEYS[8], ARGV[2], id)
        table.insert(touched, id)
        gone[id] = true
      end
      redis.call('DEL', ARGV[7] .. id)
      redis.call('EXPIRE', key, seconds)
    end
    redis.call('EXPIRE', KEYS[1], seconds)
    redis.call('EXPIRE', KEYS[2], seconds)
    local hosts = redis.call('HGETALL', KEYS[4])
    for i = 1, #hosts, 2 do if gone[hosts[i + 1]] then redis.call('HDEL', KEYS[4], hosts[i]) end end
    local claims = redis.call('HGETALL', KEYS[5])
    for i = 1, #claims, 2 do if claims[i + 1] == ARGV[4] then redis.call('HDEL', KEYS[5], claims[i]) end end
    redis.call('SREM', KEYS[6], ARGV[4])
    return touched`,

  /**
   * Keeps the newest live deployments of a target and forgets the oldest records.
   * KEYS micro, history, hosts, unsettled, unreported
   * ARGV now, live ones to keep, records to keep, deployment key prefix, log key prefix, kept secrets key prefix,
   *   told key prefix
   */
  retire: `
    local live = redis.call('HGET', KEYS[1], 'live')
    local kept, seen = 0, 0
    local destroyed, gone = {}, {}
    for _, id in ipairs(redis.call('ZREVRANGE', KEYS[2], 0, -1)) do
      local key = ARGV[4] .. id
      local state = redis.call('HGET', key, 'state')
      seen = seen + 1
      if state == 'live' then
        kept = kept + 1
        if kept > tonumber(ARGV[2]) and id ~= live then
          redis.call('HSET', key, 'state', 'destroyed', 'since', ARGV[1])
          redis.call('SADD', KEYS[4], id)
          redis.call('ZADD', KEYS[5], ARGV[1], id)
          redis.call('DEL', ARGV[6] .. id)
          table.insert(destroyed, id)
          gone[id] = true
        end
      elseif seen > tonumber(ARGV[3]) and not (${isPending}) then
        redis.call('DEL', key, ARGV[5] .. id, ARGV[7] .. id)
        redis.call('ZREM', KEYS[2], id)
        redis.call('ZREM', KEYS[5], id)
      end
    end
    if #destroyed > 0 then
      local hosts = redis.call('HGETALL', KEYS[3])
      for i = 1, #hosts, 2 do if gone[hosts[i + 1]] then redis.call('HDEL', KEYS[3], hosts[i]) end end
    end
    return destroyed`,
} as const
