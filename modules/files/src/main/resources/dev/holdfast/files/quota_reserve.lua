-- Reserves a file's bytes and its place among the tenant's and its owner's files, before its first byte comes. Once per file.
-- KEYS  1 quota: #bytes and #count of the tenant, '#of OWNER' -> "bytes count", and an entry per file
-- ARGV  1 file   2 bytes   3 entry: bytes, owner, session, name, by lines   4 most bytes   5 most files   6 owner   7 the owner's most bytes   8 files
-- Returns Redis ms | 'bytes' | 'count' | 'user': over the quota, or over the owner's share; nothing changed
local of = '#of ' .. ARGV[6]
local q = redis.call('HMGET', KEYS[1], '#bytes', '#count', ARGV[1], of)
if not q[3] then
  local bytes, count = tonumber(q[1] or '0') + tonumber(ARGV[2]), tonumber(q[2] or '0') + 1
  if count > tonumber(ARGV[5]) then return 'count' end
  if bytes > tonumber(ARGV[4]) then return 'bytes' end
  local own_bytes, own_count = string.match(q[4] or '0 0', '^(%d+) (%d+)$')
  own_bytes, own_count = tonumber(own_bytes) + tonumber(ARGV[2]), tonumber(own_count) + 1
  if own_bytes > tonumber(ARGV[7]) or own_count > tonumber(ARGV[8]) then return 'user' end
  redis.call('HSET', KEYS[1], '#bytes', string.format('%.0f', bytes), '#count', count, ARGV[1], ARGV[3],
    of, string.format('%.0f %d', own_bytes, own_count))
end
return now_ms()
