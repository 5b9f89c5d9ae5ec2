-- Puts a session into an index, or its due time into a set.
-- KEYS  1 the index
-- ARGV  1 member   2 score   3 TTL of the key in ms; 0: none   4 'keep': also where Redis is full; 'add': refused then
-- TTL: ARGV 3.
if ARGV[4] == 'keep' then redis.call('ZREM', KEYS[1], '') end
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
if ARGV[3] ~= '0' then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
return 'OK'
