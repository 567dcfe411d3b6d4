/** What one entry costs beside its text, about. */
const ENTRY_BYTES = 32

/** Cuts a log to a size from its oldest line on, and gives the size that it has then. */
const cut = `
  local function cut(log, size, most)
    while size > most do
      local oldest = redis.call('XRANGE', log, '-', '+', 'COUNT', 256)
      if #oldest == 0 then return 0 end
      local keepFrom = nil
      for _, entry in ipairs(oldest) do
        if size <= most then keepFrom = entry[1] break end
        size = size - #entry[2][6] - ${ENTRY_BYTES}
      end
      redis.call('XTRIM', log, 'MINID', '=', keepFrom or oldest[#oldest][1])
      if not keepFrom then redis.call('XDEL', log, oldest[#oldest][1]) end
    end
    return size
  end`

/** An app's log is a stream whose entries have the fields `t` (ms), `s` (stream) and `x` (text), in this order. */
export const appLogScripts = {
  /**
   * KEYS log, sizes, total, read position or ''
   * ARGV id, position, ttl seconds, most bytes of one log, most bytes of all, log key prefix, then time, stream and text of each line
   */
  append: `
    ${cut}
    -- A command whose answer was lost with its connection is sent again by ioredis.
    if KEYS[4] ~= '' and redis.call('GET', KEYS[4]) == ARGV[2] then return 0 end
    local was = tonumber(redis.call('ZSCORE', KEYS[2], ARGV[1]) or '0')
    local size = was
    if redis.call('EXISTS', KEYS[1]) == 0 then size = 0 end
    for i = 7, #ARGV, 3 do
      redis.call('XADD', KEYS[1], '*', 't', ARGV[i], 's', ARGV[i + 1], 'x', ARGV[i + 2])
      size = size + #ARGV[i + 2] + ${ENTRY_BYTES}
    end
    size = cut(KEYS[1], size, tonumber(ARGV[4]))
    local total = redis.call('INCRBY', KEYS[3], size - was)
    if size > 0 then
      redis.call('ZADD', KEYS[2], size, ARGV[1])
      redis.call('EXPIRE', KEYS[1], ARGV[3])
    end
    while total > tonumber(ARGV[5]) do
      local longest = redis.call('ZREVRANGE', KEYS[2], 0, 0, 'WITHSCORES')
      if #longest == 0 then redis.call('SET', KEYS[3], '0') break end
      local log = ARGV[6] .. longest[1]
      local before = tonumber(longest[2])
      local after = cut(log, before, math.max(0, before - 65536))
      if after <= 0 then redis.call('ZREM', KEYS[2], longest[1]) after = 0 else redis.call('ZADD', KEYS[2], after, longest[1]) end
      total = redis.call('INCRBY', KEYS[3], after - before)
    end
    if KEYS[4] ~= '' then redis.call('SET', KEYS[4], ARGV[2], 'EX', ARGV[3]) end
    return 1`,

  /** KEYS log, sizes, total, deployment; ARGV id */
  prune: `
    if redis.call('EXISTS', KEYS[4]) == 1 and redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
    local size = tonumber(redis.call('ZSCORE', KEYS[2], ARGV[1]) or '0')
    redis.call('DEL', KEYS[1])
    redis.call('ZREM', KEYS[2], ARGV[1])
    redis.call('DECRBY', KEYS[3], size)
    return 1`,
} as const
