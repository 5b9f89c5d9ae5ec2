-- Prelude of log_append: retention. Counts the new entry's bytes, and trims up to 8 head entries where the log is over its count or
-- bytes (ARGV 9, 10), or every eighth append where they are over age (ARGV 11). The newest entry is never trimmed.
-- An entry that is alone begins the count anew: the stream also goes by its TTL, with what was counted of it.
local OVERHEAD = 64

local function trim(meta, log, size, seq, now)
  local entries = redis.call('XLEN', log)
  if entries == 1 then
    redis.call('HSET', meta, 'z', size + OVERHEAD)
    return
  end
  local bytes = redis.call('HINCRBY', meta, 'z', size + OVERHEAD)
  local most, most_bytes, oldest = tonumber(ARGV[9]), tonumber(ARGV[10]), now - tonumber(ARGV[11])
  if entries <= most and bytes <= most_bytes and seq % 8 ~= 0 then return end
  local keep_from, freed
  freed = 0
  for _, entry in ipairs(redis.call('XRANGE', log, '-', '+', 'COUNT', 8)) do
    local over = entries > most or bytes - freed > most_bytes or tonumber(entry[2][4]) < oldest
    if not over or entries == 1 then break end
    keep_from = tonumber(string.match(entry[1], '^%d+')) + 1
    entries, freed = entries - 1, freed + #entry[2][2] + OVERHEAD
  end
  if keep_from then
    redis.call('XTRIM', log, 'MINID', whole(keep_from) .. '-0')
    redis.call('HINCRBY', meta, 'z', -freed)
  end
end
