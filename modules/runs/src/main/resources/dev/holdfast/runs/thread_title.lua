-- Gives a thread a title.
-- KEYS  1 thread
-- ARGV  1 deadline   2 '1': the reserve of Redis is touched   3 title; empty: it has none then
-- Returns 1 | 0 there is no such thread
-- TTL: as it is.
in_time(ARGV[1])
if redis.call('HEXISTS', KEYS[1], 'owner') == 0 then return 0 end
if ARGV[3] == '' then
  redis.call('HDEL', KEYS[1], 'title')
else
  has_room(ARGV[2])
  redis.call('HSET', KEYS[1], 'title', ARGV[3])
end
return 1
