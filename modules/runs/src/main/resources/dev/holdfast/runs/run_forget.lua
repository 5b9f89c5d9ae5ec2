-- Deletes what a run has said, if it is over. Its record stays, so that its id is not used again.
-- KEYS  1 record   2 input   3 snapshot   4 the run's log   5 inbox          all in the slot of the run's channel
-- Returns 1 | 0 it goes on
local state = redis.call('HGET', KEYS[1], 'state')
if state and state ~= 'ended' then return 0 end
redis.call('UNLINK', KEYS[2], KEYS[3], KEYS[4], KEYS[5])
return 1
