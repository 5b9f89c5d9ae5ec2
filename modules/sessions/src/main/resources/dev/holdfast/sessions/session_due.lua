-- Moves or removes a session in a set of due times, unless a detach has put it there anew meanwhile.
-- KEYS  1 due-time set
-- ARGV  1 member   2 the score that was read   3 the new score, empty: remove
-- Returns 1 where it did
local kept = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not kept or tonumber(kept) ~= tonumber(ARGV[2]) then return 0 end
if ARGV[3] == '' then
  redis.call('ZREM', KEYS[1], ARGV[1])
else
  redis.call('ZREM', KEYS[1], '') -- a full Redis lets the rest through
  redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1])
end
return 1
