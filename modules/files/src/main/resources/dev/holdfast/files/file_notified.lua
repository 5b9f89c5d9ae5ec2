-- Notes that the owner was notified of a file that is ready.
-- KEYS  1 file
-- Returns 1 where it is ready, else 0
if redis.call('HGET', KEYS[1], 'state') ~= 'ready' then return 0 end
redis.call('HDEL', KEYS[1], '') -- a full Redis lets the rest through
redis.call('HSET', KEYS[1], 'told', 1)
return 1
