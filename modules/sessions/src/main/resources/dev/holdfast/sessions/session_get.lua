-- Answers a session that lives, and is this user's. Changes nothing.
-- KEYS  1 session   2 subscriptions          both in the session's slot
-- ARGV  1 user, empty: any
-- Returns {fields of the session and values by turns, subscribed channels} | {}
local s = redis.call('HMGET', KEYS[1], 'user', 'state', 'due')
if not s[1] or not lives(s[2], s[3]) or (ARGV[1] ~= '' and ARGV[1] ~= s[1]) then return {} end
return {redis.call('HGETALL', KEYS[1]), redis.call('HKEYS', KEYS[2])}
