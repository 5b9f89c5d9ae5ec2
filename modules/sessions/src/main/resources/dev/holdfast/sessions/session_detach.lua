-- Detaches: nothing happens unless the session is attached to this node, under this generation and connection.
-- KEYS  1 session   2 subscriptions   3 publishing          all in the session's slot
-- ARGV  1 node   2 generation, 0: any   3 connection, empty: any   4 session id   5 TTL in ms   6... channel, epoch, seq by turns
-- Returns {'detached', now, user, generation} | {'here'} where another attachment is on this node | {'elsewhere'} otherwise
-- TTLs: all three keys ARGV 5, which is longer than any linger.
local s = redis.call('HMGET', KEYS[1], 'user', 'state', 'gen', 'node', 'conn', 'linger')
if s[2] ~= 'attached' or s[4] ~= ARGV[1] then return {'elsewhere'} end
if (ARGV[2] ~= '0' and s[3] ~= ARGV[2]) or (ARGV[3] ~= '' and s[5] ~= ARGV[3]) then return {'here'} end
local now = now_ms()
keeps(KEYS[1])
redis.call('HSET', KEYS[1], 'state', 'detached', 'due', now + tonumber(s[6]), 'renewed', now)
redis.call('HDEL', KEYS[1], 'node', 'conn', 'client', 'addr', 'since')
store_cursors(KEYS[1], KEYS[2], ARGV[4], 6)
extend(ARGV[5], KEYS[1], KEYS[2], KEYS[3])
return {'detached', now, s[1], tonumber(s[3])}
