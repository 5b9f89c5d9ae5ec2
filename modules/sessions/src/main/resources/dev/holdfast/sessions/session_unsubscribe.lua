-- Removes a subscription with its cursor; done also where there was none.
-- KEYS  1 session   2 subscriptions          both in the session's slot
-- ARGV  1 generation   2 channel   3 deadline   4 '1': not if a service granted it
-- Returns 'ok' | 'granted' (it is kept) | why not, see verdict
in_time(ARGV[3])
local may = verdict(KEYS[1], ARGV[1])
if may ~= 'ok' then return may end
local grant = '+' .. ARGV[2]
if ARGV[4] == '1' and redis.call('HEXISTS', KEYS[2], grant) == 1 then return 'granted' end
redis.call('HDEL', KEYS[2], ARGV[2], grant)
return 'ok'
