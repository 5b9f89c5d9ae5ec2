-- Lets a run that waited for its thread wait for a worker.
-- KEYS  1 record
-- ARGV  1 deadline
-- Returns fields and values by turns | {} no run
in_time(ARGV[1])
local state, held = unpack(redis.call('HMGET', KEYS[1], 'state', 'held'))
if state == 'queued' and held then
  redis.call('HDEL', KEYS[1], 'held')
  redis.call('HSET', KEYS[1], 'queued', whole(now_ms()))
end
return redis.call('HGETALL', KEYS[1])
