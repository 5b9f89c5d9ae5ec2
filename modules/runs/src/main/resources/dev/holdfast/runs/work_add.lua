-- Puts a run at the end of the queue of its agent, where it stays if it is there.
-- KEYS  1 queue: run → the time from which it may be taken, in Redis ms
-- ARGV  1 deadline   2 '1': the reserve of Redis is touched   3 run   4 most   5 TTL in ms
-- Returns 1 | 0 the queue is full
if redis.call('ZSCORE', KEYS[1], ARGV[3]) then return 1 end
in_time(ARGV[1])
has_room(ARGV[2])
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[4]) then return 0 end
redis.call('ZADD', KEYS[1], whole(now_ms()), ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return 1
