-- Removes what is left of a dead node, and notes when: late index entries of it are looked for afterwards.
-- KEYS  1 leases   2 info   3 dead nodes   4 claim          all in the slot of the nodes
-- ARGV  1 node   2 claimer
-- Returns 1 | 0 where the claim is not the claimer's any more
if redis.call('GET', KEYS[4]) ~= ARGV[2] then return 0 end
local time = redis.call('TIME')
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('ZADD', KEYS[3], tonumber(time[1]) * 1000, ARGV[1])
redis.call('DEL', KEYS[4])
return 1
