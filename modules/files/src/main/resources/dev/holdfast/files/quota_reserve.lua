-- Reserves a file's bytes and its place among the tenant's files, before its first byte comes. Once per file.
-- KEYS  1 quota: #bytes and #count of the tenant, and an entry per file
-- ARGV  1 file   2 bytes   3 entry: bytes, owner, session, name, by lines   4 most bytes   5 most files
-- Returns Redis ms | 'bytes' | 'count': over the quota, nothing changed
local q = redis.call('HMGET', KEYS[1], '#bytes', '#count', ARGV[1])
if not q[3] then
  local bytes, count = tonumber(q[1] or '0') + tonumber(ARGV[2]), tonumber(q[2] or '0') + 1
  if count > tonumber(ARGV[5]) then return 'count' end
  if bytes > tonumber(ARGV[4]) then return 'bytes' end
  redis.call('HSET', KEYS[1], '#bytes', string.format('%.0f', bytes), '#count', count, ARGV[1], ARGV[3])
end
return now_ms()
