-- Gives a run that waits for its thread another input: with what the runs before it have left.
-- KEYS  1 record   2 input          both in the slot of the run's channel
-- ARGV  1 deadline   2 '1': the reserve of Redis is touched   3 input   4 TTL in ms   5 how many of its messages, the last, are its own
-- Returns 1 | 0 it waits no more
-- TTL: input ARGV 4, as it had.
in_time(ARGV[1])
local state, held = unpack(redis.call('HMGET', KEYS[1], 'state', 'held'))
if state ~= 'queued' or not held then return 0 end
has_room(ARGV[2])
redis.call('SET', KEYS[2], ARGV[3], 'PX', ARGV[4])
redis.call('HSET', KEYS[1], 'own', ARGV[5])
return 1
