-- Removes a schema; with the last one the key goes.
-- KEYS  1 the tenant's schemas          ARGV  1 event@version   2 revision: a fresh id
-- Returns 1, or 0 where there was none.
if redis.call('HDEL', KEYS[1], ARGV[1]) == 0 then return 0 end
if redis.call('HLEN', KEYS[1]) > 1 then redis.call('HSET', KEYS[1], '#', ARGV[2]) else redis.call('DEL', KEYS[1]) end
return 1
