-- Gives a tenant whose runs wait for an agent a turn after those that wait already.
-- KEYS  1 turns: tenant → the number of its last turn
-- ARGV  1 tenant   2 TTL in ms
-- TTL: ARGV 2.
local last = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2] or '0'
redis.call('ZADD', KEYS[1], 'NX', whole(tonumber(last) + 1), ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 'OK'
