-- Replaces a session's attributes, if their version is still the one given; the version rises by one.
-- KEYS  1 session   2 subscriptions          both in the session's slot
-- ARGV  1 user, empty: any   2 version   3 attributes as JSON   4 deadline
-- Returns {fields of the session and values by turns, subscribed channels} | {'conflict'} | {}
in_time(ARGV[4])
local s = redis.call('HMGET', KEYS[1], 'user', 'state', 'due', 'aver')
if not s[1] or not lives(s[2], s[3]) or (ARGV[1] ~= '' and ARGV[1] ~= s[1]) then return {} end
if s[4] ~= ARGV[2] then return {'conflict'} end
redis.call('HSET', KEYS[1], 'attrs', ARGV[3], 'aver', tonumber(ARGV[2]) + 1)
return {redis.call('HGETALL', KEYS[1]), redis.call('HKEYS', KEYS[2])}
