-- Lets a run that has ended leave its thread: a start that came late, or again, has noted it there once more.
-- KEYS  1 thread
-- ARGV  1 run
-- Returns 1 | 0 it is neither active, nor waits
local active, waiting = unpack(redis.call('HMGET', KEYS[1], 'active', 'queue'))
local queue, waits = {}, false
for run in string.gmatch(waiting or '', '%S+') do
  if run == ARGV[1] then waits = true else queue[#queue + 1] = run end
end
if active ~= ARGV[1] and not waits then return 0 end
keeps(KEYS[1])
if active == ARGV[1] then redis.call('HDEL', KEYS[1], 'active') end
if waits then redis.call('HSET', KEYS[1], 'queue', table.concat(queue, ' ')) end
return 1
