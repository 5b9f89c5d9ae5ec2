-- Prelude of log_append: retention. Counts the new entry's bytes, and trims up to 8 head entries where the log is over its count or
-- bytes (ARGV 9, 10), or every eighth append where they are over age (ARGV 11). The newest entry is never trimmed.
-- An entry that is alone begins the count anew: the stream also goes by its TTL, with what was counted of it.
-- Returns the log's bytes, those of before, the entries trimmed as {user, at, bytes}, and whether the log began with this one.
local OVERHEAD = 64

local function trim(meta, log, size, seq, now)
  local entries = redis.call('XLEN', log)
  if entries == 1 then
    local before = tonumber(redis.call('HGET', meta, 'z') or '0')
    redis.call('HSET', meta, 'z', size + OVERHEAD)
    return size + OVERHEAD, before, {}, true
  end
  local bytes = redis.call('HINCRBY', meta, 'z', size + OVERHEAD)
  local before = bytes - size - OVERHEAD
  local most, most_bytes, oldest = tonumber(ARGV[9]), tonumber(ARGV[10]), now - tonumber(ARGV[11])
  local keep_from, freed, gone = nil, 0, {}
  if entries <= most and bytes <= most_bytes and seq % 8 ~= 0 then return bytes, before, gone, false end
  for _, entry in ipairs(redis.call('XRANGE', log, '-', '+', 'COUNT', 8)) do
    local fields = entry[2]
    local over = entries > most or bytes - freed > most_bytes or tonumber(fields[4]) < oldest
    if not over or entries == 1 then break end
    keep_from = tonumber(string.match(entry[1], '^%d+')) + 1
    gone[#gone + 1] = {fields[8] or '', tonumber(fields[4]), #fields[2] + OVERHEAD}
    entries, freed = entries - 1, freed + #fields[2] + OVERHEAD
  end
  if keep_from then
    redis.call('XTRIM', log, 'MINID', whole(keep_from) .. '-0')
    redis.call('HINCRBY', meta, 'z', -freed)
  end
  return bytes - freed, before, gone, false
end
