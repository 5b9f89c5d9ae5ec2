-- Prelude: which nodes have readers of a channel.
-- kind 'z': key is the interest zset, expired members are dropped (TTL: see log_interest).
-- kind 's': key is the session's hash, which says where it is attached. Returns nil where the session is not.
local function interested(key, kind, now)
  if kind == 'z' then
    redis.call('ZREMRANGEBYSCORE', key, '-inf', whole(now))
    return redis.call('ZRANGE', key, 0, -1)
  end
  local at = redis.call('HMGET', key, 'state', 'node')
  if not at[1] or at[1] == 'ended' then return nil end
  if at[1] == 'attached' and at[2] then return {at[2]} end
  return {}
end
