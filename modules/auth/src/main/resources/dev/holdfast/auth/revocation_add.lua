-- Adds a revocation.
-- KEYS  1 stream of revocations
-- ARGV  1 tenant   2 subject   3 issued until, in s   4 kept until, in ms   5 id of an entry that this one replaces, empty: none
--       6 most entries   7 TTL in ms: how long the longest is kept
-- Returns the id of the entry, empty: there are as many as may be; nothing changed.
-- TTLs: ARGV 7. Entries older than that go with each call. A full Redis refuses it before anything changed (XADD comes first).
local time = redis.call('TIME')
local oldest = string.format('%.0f', math.max(0, tonumber(time[1]) * 1000 - tonumber(ARGV[7])))
local first = redis.call('XRANGE', KEYS[1], '-', '(' .. oldest .. '-0', 'COUNT', 1)
if not first[1] and redis.call('XLEN', KEYS[1]) >= tonumber(ARGV[6]) then return '' end
local id = redis.call('XADD', KEYS[1], '*', 't', ARGV[1], 's', ARGV[2], 'b', ARGV[3], 'u', ARGV[4])
redis.call('XTRIM', KEYS[1], 'MINID', oldest)
if ARGV[5] ~= '' then redis.call('XDEL', KEYS[1], ARGV[5]) end
redis.call('PEXPIRE', KEYS[1], ARGV[7])
return id
