-- Gives back what a file had reserved. Once per file.
-- KEYS  1 quota
-- ARGV  1 file
-- Returns 1 where it had reserved something, else 0
local entry = redis.call('HGET', KEYS[1], ARGV[1])
if not entry then return 0 end
local bytes, owner = string.match(entry, '^(%d+)\n([^\n]*)')
local of = '#of ' .. (owner or '')
local q = redis.call('HMGET', KEYS[1], '#bytes', '#count', of)
redis.call('HDEL', KEYS[1], ARGV[1])
if tonumber(q[2] or '1') <= 1 then
  redis.call('DEL', KEYS[1])
  return 1
end
redis.call('HSET', KEYS[1], '#bytes', string.format('%.0f', tonumber(q[1]) - tonumber(bytes)), '#count', tonumber(q[2]) - 1)
-- Files of before this was counted are not in the owner's sum.
local own_bytes, own_count = string.match(q[3] or '0 0', '^(%d+) (%d+)$')
if tonumber(own_count) <= 1 then
  redis.call('HDEL', KEYS[1], of)
else
  redis.call('HSET', KEYS[1], of, string.format('%.0f %d', math.max(0, tonumber(own_bytes) - tonumber(bytes)), tonumber(own_count) - 1))
end
return 1
