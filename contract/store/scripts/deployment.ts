/**
 * Changes that have to be whole or not at all, as Redis scripts. A deployment is a hash: `base` (JSON, never changed), `state`,
 * `since`, `sequence`, `micro`, and one field `outcome:<name>` for each part of its outcome, so that two writers never overwrite
 * each other's part.
 */
export const deploymentScripts = {
  /**
   * A preview needs the micro's own name to be free, or its repository's: it is an offer to become that micro.
   * KEYS micro, deployment, pending, history, claims, micros or previews, unsettled, unreported
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
        redis.call('ZADD', KEYS[8], ARGV[4], waiting)
        superseded = waiting
      end
    end
    redis.call('HSET', KEYS[2], 'base', ARGV[3], 'state', ARGV[10], 'since', ARGV[4], 'sequence', ARGV[2], 'micro', ARGV[7])
    redis.call('HSET', KEYS[1], 'newest', ARGV[2], 'newestId', ARGV[1])
    redis.call('ZADD', KEYS[3], ARGV[5], ARGV[1])
    redis.call('ZADD', KEYS[8], ARGV[4], ARGV[1])
    redis.call('ZADD', KEYS[4], ARGV[2], ARGV[1])
    -- It may have been ended before, and expires no more.
    redis.call('PERSIST', KEYS[1])
    redis.call('PERSIST', KEYS[4])
    redis.call('HSET', KEYS[5], ARGV[6], ARGV[7])
    redis.call('SADD', KEYS[6], ARGV[7])
    return {'created', superseded}`,

  /**
   * Notes a deployment that is not to be made. What is under way goes on: it is the newest that is wanted.
   * KEYS micro, deployment, history, unreported
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
    redis.call('ZADD', KEYS[4], ARGV[4], ARGV[1])
    redis.call('ZADD', KEYS[3], ARGV[2], ARGV[1])
    if newest == 0 or newest <= ended then
      for _, key in ipairs({KEYS[1], KEYS[2], KEYS[3]}) do redis.call('EXPIRE', key, ARGV[6]) end
    end
    return {'created', ''}`,

  /**
   * Gives `moved`, `ok` when it changed the outcome alone, or the state that it found.
   * KEYS deployment, pending, unreported
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
      redis.call('ZADD', KEYS[3], ARGV[3], ARGV[1])
      if ARGV[4] == '' then redis.call('ZREM', KEYS[2], ARGV[1]) else redis.call('ZADD', KEYS[2], ARGV[4], ARGV[1]) end
      return 'moved'
    end
    return 'ok'`,

  /**
   * KEYS deployment, micro, pending, unreported
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
    redis.call('ZADD', KEYS[4], ARGV[2], ARGV[1])
    return 1`,
} as const
