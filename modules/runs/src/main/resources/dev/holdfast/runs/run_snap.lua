-- Keeps a run's snapshot, unless a later one is kept. What is behind the log's top can't be a snapshot of what was lost with it.
-- KEYS  1 record   2 snapshot   3 the log's meta          all in the slot of the run's channel
-- ARGV  1 '1': the reserve of Redis is touched   2 generation   3 epoch   4 seq   5 publications of the run up to there
--       6 the owner's events up to there   7 document   8 TTL in ms
-- Returns 'kept' | 'older' a later one is there | 'ahead' of the log | 'fenced'
-- TTL: ARGV 8.
local r = redis.call('HMGET', KEYS[1], 'gen')
if r[1] ~= ARGV[2] then return 'fenced' end
local top = redis.call('HMGET', KEYS[3], 'e', 's')
if top[1] ~= ARGV[3] or tonumber(top[2] or '0') < tonumber(ARGV[4]) then return 'ahead' end
if tonumber(redis.call('HGET', KEYS[2], 'n') or '-1') > tonumber(ARGV[5]) then return 'older' end
has_room(ARGV[1])
redis.call('HSET', KEYS[2], 'e', ARGV[3], 's', ARGV[4], 'n', ARGV[5], 'u', ARGV[6], 'd', ARGV[7])
redis.call('PEXPIRE', KEYS[2], ARGV[8])
return 'kept'
