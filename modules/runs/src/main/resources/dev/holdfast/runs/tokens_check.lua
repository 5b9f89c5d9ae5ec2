-- Looks whether a tenant's or a user's runs took as many tokens today as they may (UTC, by the clock of Redis).
-- KEYS  1 tokens: 'd' the day since 1970, 'n' the tokens of that day
-- ARGV  1 most a day
-- Returns 0: there are some left | the seconds until the next day
local now = tonumber(redis.call('TIME')[1])
local day, tokens = unpack(redis.call('HMGET', KEYS[1], 'd', 'n'))
if day ~= tostring(math.floor(now / 86400)) or tonumber(tokens) < tonumber(ARGV[1]) then return 0 end
return 86400 - now % 86400
