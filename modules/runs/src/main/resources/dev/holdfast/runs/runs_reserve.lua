-- Takes a place among the active runs of a tenant or a user. Once per run.
-- KEYS  1 places: run → the time until which it may be active, in Redis ms
-- ARGV  1 deadline   2 '1': the reserve of Redis is touched   3 run   4 most   5 ms that a start may take   6 TTL in ms
-- Returns 1 | 0 all are taken
-- TTL: ARGV 6.
local now = now_ms()
if redis.call('ZSCORE', KEYS[1], ARGV[3]) then return 1 end
in_time(ARGV[1])
has_room(ARGV[2])
if redis.call('ZCOUNT', KEYS[1], whole(now), '+inf') >= tonumber(ARGV[4]) then return 0 end
redis.call('ZADD', KEYS[1], whole(now + tonumber(ARGV[5])), ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. whole(now))
redis.call('PEXPIRE', KEYS[1], ARGV[6])
return 1
