-- Takes a place among the tickets of a user, or of a tenant's services, that have not expired.
-- KEYS  1 places: ticket -> its end in ms
-- ARGV  1 ticket   2 its life in ms   3 most
-- Returns Redis ms, and 0 | 1: there is none; nothing changed
-- TTL   a day, the longest life of a ticket. Places that are over go with the next one, some at a time, so there are never more than the most.
local now = now_ms()
local live = redis.call('ZCOUNT', KEYS[1], '(' .. string.format('%.0f', now), '+inf')
if live >= tonumber(ARGV[3]) then return {now, 1} end
local over = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now), 'LIMIT', 0, 64)
redis.call('ZADD', KEYS[1], string.format('%.0f', now + tonumber(ARGV[2])), ARGV[1])
redis.call('PEXPIRE', KEYS[1], 86400000)
if #over > 0 then redis.call('ZREM', KEYS[1], unpack(over)) end
return {now, 0}
