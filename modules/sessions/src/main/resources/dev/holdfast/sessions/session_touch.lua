-- Starts the linger of a detached session anew, and renews its TTLs.
-- KEYS  1 session   2 subscriptions   3 publishing          all in the session's slot
-- ARGV  1 user, empty: any   2 node: only while it is attached there; empty: anywhere or nowhere   3 TTL in ms
-- Returns {user, node where attached, else empty} | {}
-- TTLs: all three keys ARGV 3.
local s = redis.call('HMGET', KEYS[1], 'user', 'state', 'due', 'node', 'linger')
if not s[1] or not lives(s[2], s[3]) or (ARGV[1] ~= '' and ARGV[1] ~= s[1]) then return {} end
local attached = s[2] == 'attached'
if ARGV[2] ~= '' and not (attached and s[4] == ARGV[2]) then return {} end
local now = now_ms()
keeps(KEYS[1])
redis.call('HSET', KEYS[1], 'renewed', now)
if not attached then redis.call('HSET', KEYS[1], 'due', now + tonumber(s[5])) end
extend(ARGV[3], KEYS[1], KEYS[2], KEYS[3])
return {s[1], attached and s[4] or ''}
