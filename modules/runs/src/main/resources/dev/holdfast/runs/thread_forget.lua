-- Deletes a thread, unless a run of it is active, or it has one that the caller does not know to be over.
-- KEYS  1 thread   2 its runs   3 its document          all in the thread's slot
-- ARGV  1 deadline   2 a run that does not count, or empty   3 ms that the start of that run may take: it counts unless it began before
--       4 '1': each run has to be among those that follow   5… runs that are over
-- Returns 1 | 0 a run is active, or not known to be over
in_time(ARGV[1])
local active = redis.call('HGET', KEYS[1], 'active')
if active then
  local began = tonumber(redis.call('ZSCORE', KEYS[2], active) or '0')
  if active ~= ARGV[2] or now_ms() < began + tonumber(ARGV[3]) then return 0 end
end
if ARGV[4] == '1' then
  local over = {}
  for i = 5, #ARGV do over[ARGV[i]] = true end
  for _, run in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
    if not over[run] then return 0 end
  end
end
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])
return 1
