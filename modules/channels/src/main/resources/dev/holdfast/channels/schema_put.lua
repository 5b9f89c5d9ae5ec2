-- Stores a JSON Schema of one version of an event, once: what is stored is never changed.
-- KEYS  1 the tenant's schemas          ARGV  1 event@version   2 text   3 revision: a fresh id   4 most schemas
--       5 '1': the reserve of Redis is touched
-- Returns 'stored' | 'same' (it was there already) | 'other' (another text is there) | 'full'
-- TTL: none; bounded by ARGV 4 and by the length of a text.
local kept = redis.call('HGET', KEYS[1], ARGV[1])
if kept then return kept == ARGV[2] and 'same' or 'other' end
if redis.call('HLEN', KEYS[1]) > tonumber(ARGV[4]) then return 'full' end -- one field is the revision
if ARGV[5] == '1' then error('-OOM the reserve is touched, nothing done') end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2], '#', ARGV[3])
return 'stored'
