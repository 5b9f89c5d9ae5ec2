-- Gives a run that waits for a worker to one, under a lease, and keeps the attempts before out of its log.
-- KEYS  1 record   2 input   3 the log's publisher          all in the slot of the run's channel
-- ARGV  1 deadline   2 worker   3 id of this claim: sent again, it is the same claim   4 TTL of the publisher in ms
-- Returns {'granted', number of its publications so far, input, fields and values by turns} | {'taken'} not waiting for a worker | {} no run
local r = redis.call('HMGET', KEYS[1], 'state', 'gen', 'claim', 'attempt', 'leasems', 'held')
if not r[1] then return {} end
in_time(ARGV[1])
local again = r[1] == 'running' and r[3] == ARGV[3]
if r[1] ~= 'queued' and not again or r[6] then return {'taken'} end
local input = redis.call('GET', KEYS[2])
if not input then return {} end
keeps(KEYS[1])
local now = now_ms()
if not again then
  fence(KEYS[1], KEYS[3], r[2], ARGV[4])
  redis.call('HSETNX', KEYS[1], 'started', whole(now))
  redis.call('HSET', KEYS[1], 'state', 'running', 'attempt', tonumber(r[4]) + 1, 'worker', ARGV[2], 'claim', ARGV[3], 'active', whole(now))
end
redis.call('HSET', KEYS[1], 'lease', whole(now + tonumber(r[5])))
return {'granted', redis.call('HGET', KEYS[3], 'n') or '0', input, redis.call('HGETALL', KEYS[1])}
