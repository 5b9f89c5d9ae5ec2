-- Makes a session that nobody is attached to; it lingers from now on.
-- KEYS  1 session
-- ARGV  1 user   2 linger in ms   3 TTL in ms   4 attributes as JSON   5 deadline
-- Returns 1, or 0 where the id is in use
-- TTL: ARGV 3.
in_time(ARGV[5])
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
local now = now_ms()
redis.call('HSET', KEYS[1], 'user', ARGV[1], 'created', now, 'state', 'detached', 'gen', 0, 'linger', ARGV[2],
  'due', now + tonumber(ARGV[2]), 'renewed', now, 'aver', 0, 'attrs', ARGV[4])
extend(ARGV[3], KEYS[1])
return 1
