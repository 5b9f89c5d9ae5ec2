-- Makes the record of a run that waits for a worker. Once for its id: the same start is the same run.
-- KEYS  1 record   2 input          both in the slot of the run's channel
-- ARGV  1 deadline   2 '1': the reserve of Redis is touched   3 digest of agent and input   4 input   5 TTL in ms   6… fields and values by turns
-- Returns {'made' | 'known', fields and values by turns} | {'conflict'} the id has another input
-- TTLs: record and input ARGV 5, a backstop: longer than any run.
local digest = redis.call('HGET', KEYS[1], 'digest')
if digest then
  if digest ~= ARGV[3] then return {'conflict'} end
  return {'known', redis.call('HGETALL', KEYS[1])}
end
in_time(ARGV[1])
has_room(ARGV[2])
local now = whole(now_ms())
redis.call('HSET', KEYS[1], 'digest', ARGV[3], 'state', 'queued', 'gen', 0, 'attempt', 0, 'created', now, 'queued', now, unpack(ARGV, 6))
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('SET', KEYS[2], ARGV[4], 'PX', ARGV[5])
return {'made', redis.call('HGETALL', KEYS[1])}
