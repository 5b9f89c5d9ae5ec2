-- Puts a session into an index, or its due time into a set.
-- KEYS  1 the index
-- ARGV  1 member   2 score   3 TTL of the key in ms; 0: none   4 'keep': also where Redis is full; 'add': refused then
--       5 how many members there may be, of those that are added; '': as many as there are
-- Returns 'OK' | 'full' (it is one too many; nothing changed)
-- TTL: ARGV 3.
if ARGV[4] == 'keep' then
  redis.call('ZREM', KEYS[1], '')
elseif ARGV[5] ~= '' and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[5]) and not redis.call('ZSCORE', KEYS[1], ARGV[1]) then
  return 'full'
end
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
if ARGV[3] ~= '0' then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
return 'OK'
