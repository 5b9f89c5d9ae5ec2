-- Removes a subscription with its cursor; done also where there was none.
-- KEYS  1 session   2 subscriptions          both in the session's slot
-- ARGV  1 generation   2 channel   3 deadline
-- Returns 'ok' | why not, see verdict
in_time(ARGV[3])
local may = verdict(KEYS[1], ARGV[1])
if may == 'ok' then redis.call('HDEL', KEYS[2], ARGV[2], '+' .. ARGV[2]) end
return may
