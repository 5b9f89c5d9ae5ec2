-- Notes for the exports of a tenant that a step of an erasure begins or ends. A full Redis refuses it.
-- KEYS  1 mark
-- ARGV  1 step: a name that no other one has   2 'begin', 'next' (it ends, and another one follows), 'last'
--       3 ms from now for which the mark stays
-- Returns 1
redis.call('HSET', KEYS[1], 'm', ARGV[1] .. ' ' .. ARGV[2])
if ARGV[2] == 'begin' then
  redis.call('HSET', KEYS[1], 's:' .. ARGV[1], '')
else
  redis.call('HDEL', KEYS[1], 's:' .. ARGV[1])
end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
