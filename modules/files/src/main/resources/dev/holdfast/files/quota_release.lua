-- Gives back what a file had reserved. Once per file.
-- KEYS  1 quota
-- ARGV  1 file
-- Returns 1 where it had reserved something, else 0
local entry = redis.call('HGET', KEYS[1], ARGV[1])
if not entry then return 0 end
local bytes = tonumber(string.match(entry, '^(%d+)'))
local q = redis.call('HMGET', KEYS[1], '#bytes', '#count')
redis.call('HDEL', KEYS[1], ARGV[1])
if tonumber(q[2] or '1') <= 1 then
  redis.call('DEL', KEYS[1])
else
  redis.call('HSET', KEYS[1], '#bytes', string.format('%.0f', tonumber(q[1]) - bytes), '#count', tonumber(q[2]) - 1)
end
return 1
