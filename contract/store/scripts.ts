import { pendingStates } from '../deployment.ts'

/** Lua: whether `state` is one in which somebody still works, or has to. */
const isPending = pendingStates.map((state) => `state == '${state}'`).join(' or ')

/**
 * Lua: whether a host leads to a deployment of another target. Names that are cut end in a hash that somebody may search a second name for,
 * and a name that a former owner gave up may be another one's by now.
 */
export const isOthersHost = `
    local function isOthersHost(of)
      local id = redis.call('HGET', of.hosts, of.host)
      local target = id and redis.call('HGET', of.prefix .. id, 'micro')
      return target and target ~= of.target
    end`

/**
 * Changes that have to be whole or not at all, as Redis scripts. A deployment is a hash: `base` (JSON, never changed), `state`,
 * `since`, `sequence`, `micro`, and one field `outcome:<name>` for each part of its outcome, so that two writers never overwrite
 * each other's part.
 */
export const scripts = {
  /**
   * A preview needs the micro's own name to be free, or its repository's: it is an offer to become that micro.
   * KEYS micro, deployment, pending, history, claims, micros or previews, unsettled
   * ARGV id, sequence, base, now, deadline, label, targetKey, sha, deployment key prefix, state, production label, microKey
   */
  create: `
    local claim = redis.call('HGET', KEYS[5], ARGV[6])
    if claim and claim ~= ARGV[7] then return {'name-taken', claim} end
    local owner = redis.call('HGET', KEYS[5], ARGV[11])
    if owner and owner ~= ARGV[12] then return {'name-taken', owner} end
    if redis.call('EXISTS', KEYS[2]) == 1 then return {'exists', ARGV[1]} end
    local newest = tonumber(redis.call('HGET', KEYS[1], 'newest') or '0')
    local ended = tonumber(redis.call('HGET', KEYS[1], 'ended') or '0')
    local sequence = tonumber(ARGV[2])
    if sequence < newest or sequence <= ended then
      return {'stale', redis.call('HGET', KEYS[1], 'newestId') or ''}
    end
    if sequence == newest then return {'exists', redis.call('HGET', KEYS[1], 'newestId') or ''} end
    local paused = redis.call('HGET', KEYS[1], 'paused')
    if paused then return {'paused', paused} end
    local superseded = ''
    local waiting = redis.call('HGET', KEYS[1], 'newestId')
    if waiting then
      local key = ARGV[9] .. waiting
      local state = redis.call('HGET', key, 'state')
      if state == 'queued' or state == 'held' then
        redis.call('HSET', key, 'state', 'superseded', 'since', ARGV[4], 'outcome:supersededBy', cjson.encode(ARGV[8]))
        redis.call('ZREM', KEYS[3], waiting)
        redis.call('SADD', KEYS[7], waiting)
        superseded = waiting
      end
    end
    redis.call('HSET', KEYS[2], 'base', ARGV[3], 'state', ARGV[10], 'since', ARGV[4], 'sequence', ARGV[2], 'micro', ARGV[7])
    redis.call('HSET', KEYS[1], 'newest', ARGV[2], 'newestId', ARGV[1])
    redis.call('ZADD', KEYS[3], ARGV[5], ARGV[1])
    redis.call('ZADD', KEYS[4], ARGV[2], ARGV[1])
    -- It may have been ended before, and expires no more.
    redis.call('PERSIST', KEYS[1])
    redis.call('PERSIST', KEYS[4])
    redis.call('HSET', KEYS[5], ARGV[6], ARGV[7])
    redis.call('SADD', KEYS[6], ARGV[7])
    return {'created', superseded}`,

  /**
   * Notes a deployment that is not to be made. What is under way goes on: it is the newest that is wanted.
   * KEYS micro, deployment, history
   * ARGV id, sequence, base, now, targetKey, seconds for which it is kept, then field and value pairs
   */
  skip: `
    local newest = tonumber(redis.call('HGET', KEYS[1], 'newest') or '0')
    local skipped = tonumber(redis.call('HGET', KEYS[1], 'skipped') or '0')
    local ended = tonumber(redis.call('HGET', KEYS[1], 'ended') or '0')
    local sequence = tonumber(ARGV[2])
    if sequence == newest then return {'exists', redis.call('HGET', KEYS[1], 'newestId') or ''} end
    if sequence == skipped then return {'exists', redis.call('HGET', KEYS[1], 'skippedId') or ''} end
    if sequence < newest or sequence < skipped or sequence <= ended then
      return {'stale', redis.call('HGET', KEYS[1], 'newestId') or ''}
    end
    redis.call('HSET', KEYS[2], 'base', ARGV[3], 'state', 'skipped', 'since', ARGV[4], 'sequence', ARGV[2], 'micro', ARGV[5])
    for i = 7, #ARGV, 2 do redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
    redis.call('HSET', KEYS[1], 'skipped', ARGV[2], 'skippedId', ARGV[1])
    redis.call('ZADD', KEYS[3], ARGV[2], ARGV[1])
    if newest == 0 or newest <= ended then
      for _, key in ipairs({KEYS[1], KEYS[2], KEYS[3]}) do redis.call('EXPIRE', key, ARGV[6]) end
    end
    return {'created', ''}`,

  /**
   * KEYS deployment, pending
   * ARGV id, to, now, deadline or '', number of allowed former states, those states…, then field and value pairs
   */
  transition: `
    local state = redis.call('HGET', KEYS[1], 'state')
    if not state then return '' end
    local count = tonumber(ARGV[5])
    local allowed = false
    for i = 6, 5 + count do if ARGV[i] == state then allowed = true end end
    -- A command whose answer was lost with its connection is sent again by ioredis: what it did the first time counts.
    if not allowed and state == ARGV[2] then return 'ok' end
    if not allowed then return state end
    redis.call('HSET', KEYS[1], 'state', ARGV[2])
    for i = 6 + count, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
    if state ~= ARGV[2] then
      redis.call('HSET', KEYS[1], 'since', ARGV[3])
      if ARGV[4] == '' then redis.call('ZREM', KEYS[2], ARGV[1]) else redis.call('ZADD', KEYS[2], ARGV[4], ARGV[1]) end
    end
    return 'ok'`,

  /**
   * KEYS deployment, micro, pending
   * ARGV id, now, deadline
   */
  requeue: `
    if redis.call('HGET', KEYS[2], 'newestId') ~= ARGV[1] then return 0 end
    local ended = tonumber(redis.call('HGET', KEYS[2], 'ended') or '0')
    if tonumber(redis.call('HGET', KEYS[1], 'sequence') or '0') <= ended then return 0 end
    if redis.call('HEXISTS', KEYS[2], 'paused') == 1 then return 0 end
    local state = redis.call('HGET', KEYS[1], 'state')
    if state == 'queued' then return 1 end
    if state ~= 'failed' then return 0 end
    redis.call('HSET', KEYS[1], 'state', 'queued', 'since', ARGV[2])
    redis.call('HDEL', KEYS[1], 'outcome:error', 'outcome:detail')
    redis.call('ZADD', KEYS[3], ARGV[3], ARGV[1])
    return 1`,

  /**
   * A second time gives the same: after a lost connection ioredis sends again what was not answered.
   * What its target was called before, when the repository had another owner, is free from now on.
   * KEYS micro, deployment, pending, hosts, kept secrets, claims
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
    return {'live', live or ''}`,

  /**
   * KEYS micro, history, pending, hosts, claims, micros or previews, unsettled
   * ARGV sequence, now, deployment key prefix, targetKey, seconds for which what is left of it is kept, why (JSON) or '',
   *   kept secrets key prefix
   */
  endTarget: `
    redis.call('HSET', KEYS[1], 'ended', ARGV[1])
    if ARGV[6] == '' then redis.call('HDEL', KEYS[1], 'endedWhy') else redis.call('HSET', KEYS[1], 'endedWhy', ARGV[6]) end
    redis.call('HDEL', KEYS[1], 'live', 'liveSequence', 'paused', 'pinned', 'pointed', 'pointedFrom')
    local touched = {}
    local gone = {}
    for _, id in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
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
        table.insert(touched, id)
        gone[id] = true
      end
      redis.call('DEL', ARGV[7] .. id)
      redis.call('EXPIRE', key, ARGV[5])
    end
    redis.call('EXPIRE', KEYS[1], ARGV[5])
    redis.call('EXPIRE', KEYS[2], ARGV[5])
    local hosts = redis.call('HGETALL', KEYS[4])
    for i = 1, #hosts, 2 do if gone[hosts[i + 1]] then redis.call('HDEL', KEYS[4], hosts[i]) end end
    local claims = redis.call('HGETALL', KEYS[5])
    for i = 1, #claims, 2 do if claims[i + 1] == ARGV[4] then redis.call('HDEL', KEYS[5], claims[i]) end end
    redis.call('SREM', KEYS[6], ARGV[4])
    return touched`,

  /**
   * Keeps the newest live deployments of a target and forgets the oldest records.
   * KEYS micro, history, hosts, unsettled
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
          redis.call('DEL', ARGV[6] .. id)
          table.insert(destroyed, id)
          gone[id] = true
        end
      elseif seen > tonumber(ARGV[3]) and not (${isPending}) then
        redis.call('DEL', key, ARGV[5] .. id, ARGV[7] .. id)
        redis.call('ZREM', KEYS[2], id)
      end
    end
    if #destroyed > 0 then
      local hosts = redis.call('HGETALL', KEYS[3])
      for i = 1, #hosts, 2 do if gone[hosts[i + 1]] then redis.call('HDEL', KEYS[3], hosts[i]) end end
    end
    return destroyed`,

  /** KEYS lease; ARGV owner, ttl ms. Takes a lease or prolongs one's own. */
  lease: `
    local owner = redis.call('GET', KEYS[1])
    if owner and owner ~= ARGV[1] then return 0 end
    redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
    return 1`,

  /** KEYS lease; ARGV owner */
  release: `
    if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
    return 0`,

  /** KEYS log; ARGV text, byte limit, ttl seconds */
  appendLog: `
    local room = tonumber(ARGV[2]) - redis.call('STRLEN', KEYS[1])
    if room <= 0 then return 0 end
    redis.call('APPEND', KEYS[1], string.sub(ARGV[1], 1, room))
    redis.call('EXPIRE', KEYS[1], ARGV[3])
    return 1`,
} as const
