-- Forgets what a publisher has published; for a while its generation stays, which keeps older ones out.
-- KEYS  1 publisher
-- ARGV  1 the oldest generation that may publish then; empty: the one that it has   2 ms for which it stays
-- Returns 1 | 0 it was so before, or there is none
-- TTL: ARGV 2, or what is left of a shorter one.
local g = redis.call('HGET', KEYS[1], 'g')
local left = redis.call('PTTL', KEYS[1])
local so = g and redis.call('HLEN', KEYS[1]) == 1 and left >= 0 and left <= tonumber(ARGV[2])
if ARGV[1] == '' and so then return 0 end
local there = redis.call('DEL', KEYS[1])
if ARGV[1] ~= '' then g = ARGV[1] end
if not g then return there end
redis.call('HSET', KEYS[1], 'g', g)
redis.call('PEXPIRE', KEYS[1], left >= 0 and math.min(left, tonumber(ARGV[2])) or ARGV[2])
return 1
