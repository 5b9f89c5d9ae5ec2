-- Closes a run whose end was announced to all. Its record stays, so that its id is not used again.
-- KEYS  1 record   2 input   3 snapshot   4 the run's log   5 inbox          all in the slot of the run's channel
-- ARGV  1 TTL of the record in ms   2 of input and inbox   3 of snapshot and log
-- Returns 2 it is closed now | 1 it was before | 0 it is not ending, and did not end
-- TTLs: ARGV 1 to 3.
local state = redis.call('HGET', KEYS[1], 'state')
if state ~= 'ending' and state ~= 'ended' then return 0 end
if state == 'ending' then
  keeps(KEYS[1])
  redis.call('HSET', KEYS[1], 'state', 'ended')
  redis.call('HDEL', KEYS[1], 'terminal')
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  redis.call('PEXPIRE', KEYS[2], ARGV[2])
  redis.call('PEXPIRE', KEYS[5], ARGV[2])
  redis.call('PEXPIRE', KEYS[3], ARGV[3])
  redis.call('PEXPIRE', KEYS[4], ARGV[3])
  return 2
end
return 1
