-- Prelude of appends: which nodes read the channel, unless the caller knows already.
-- Meta's 'v' names the members of the interest zset: a fresh name is given by the append that answers them, and whoever changes them
-- removes it. A build before this one changes them and leaves 'v' as it is: so the number of members is a part of the version.
-- Returns nodes, version; no nodes where the version is the one that is known. A session's channel has none.
local function readers(key, kind, now, v, known, fresh)
  if kind == 's' then return interested(key, kind, now), '' end
  if redis.call('ZREMRANGEBYSCORE', key, '-inf', whole(now)) > 0 then v = nil end
  local version = (v or fresh) .. ':' .. redis.call('ZCARD', key)
  if v and version == known then return {}, version end
  if not v then redis.call('HSET', KEYS[1], 'v', fresh) end
  return redis.call('ZRANGE', key, 0, -1), version
end
