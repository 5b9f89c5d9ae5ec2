-- Gives the place of a start back that is given up, unless another start of the same run has come.
-- KEYS  1 places: run → the time until which it may be active, in Redis ms
-- ARGV  1 run   2 until when its place was taken
-- Returns 1 | 0 it is another's by now, or gone
if tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or '') ~= tonumber(ARGV[2]) then return 0 end
return redis.call('ZREM', KEYS[1], ARGV[1])
