-- Deletes a thread, unless a run of it is active.
-- KEYS  1 thread   2 its runs   3 its document          all in the thread's slot
-- ARGV  1 deadline   2 a run that does not count, or empty   3 ms that the start of that run may take: it counts unless it began before
-- Returns 1 | 0 a run is active
in_time(ARGV[1])
local active = redis.call('HGET', KEYS[1], 'active')
if active then
  local began = tonumber(redis.call('ZSCORE', KEYS[2], active) or '0')
  if active ~= ARGV[2] or now_ms() < began + tonumber(ARGV[3]) then return 0 end
end
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])
return 1
