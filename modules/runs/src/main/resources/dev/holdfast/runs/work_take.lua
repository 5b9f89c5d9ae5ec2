-- Offers the run that has waited longest to one worker: it is offered again after some time, unless it was removed by then.
-- KEYS  1 queue: run → the time from which it may be taken, in Redis ms
-- ARGV  1 deadline   2 ms until it is offered again
-- Returns run | '' none, but some are offered to others | nil the queue is empty
in_time(ARGV[1])
local now = now_ms()
local run = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', whole(now), 'LIMIT', 0, 1)[1]
if not run then return redis.call('EXISTS', KEYS[1]) == 1 and '' or false end
redis.call('ZREM', KEYS[1], '') -- a full Redis lets the rest through
redis.call('ZADD', KEYS[1], whole(now + tonumber(ARGV[2])), run)
return run
