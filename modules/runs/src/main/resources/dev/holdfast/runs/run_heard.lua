-- Reads what was said to a run after what its worker has. That goes, once an event of the run is published: no other worker gets the run then.
-- KEYS  1 record   2 inbox   3 the log's publisher          all in the slot of the run's channel
-- ARGV  1 generation   2 number of the last entry that the worker has   3 most entries
-- Returns the entries, as XRANGE has them; none also if the run is not this worker's
local r = redis.call('HMGET', KEYS[1], 'state', 'gen')
if r[1] ~= 'running' or r[2] ~= ARGV[1] then return {} end
local cursor = tonumber(ARGV[2])
if cursor > 0 then
  keeps(KEYS[1])
  redis.call('HSET', KEYS[1], 'has', ARGV[1] .. ':' .. whole(cursor))
  if tonumber(redis.call('HGET', KEYS[3], 'n') or '0') > 0 then
    redis.call('HSET', KEYS[1], 'heard', whole(cursor))
    redis.call('XTRIM', KEYS[2], 'MINID', whole(cursor + 1) .. '-0')
  end
end
return redis.call('XRANGE', KEYS[2], '(' .. whole(cursor) .. '-0', '+', 'COUNT', ARGV[3])
