import { pendingStates } from '../../deployment.ts'

/** Lua: whether `state` is one in which somebody still works, or has to. */
export const isPending = pendingStates.map((state) => `state == '${state}'`).join(' or ')

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
