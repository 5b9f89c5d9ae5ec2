-- Counts tokens that a tenant's or a user's runs took today (UTC, by the clock of Redis).
-- KEYS  1 tokens: 'd' the day since 1970, 'n' the tokens of that day
-- ARGV  1 tokens   2 TTL in ms
-- Returns the tokens of the day so far
-- TTL: ARGV 2.
local day = math.floor(redis.call('TIME')[1] / 86400)
if redis.call('HGET', KEYS[1], 'd') ~= tostring(day) then redis.call('HSET', KEYS[1], 'd', day, 'n', 0) end
local tokens = redis.call('HINCRBY', KEYS[1], 'n', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return tokens
