-- Moves or removes an entry of a set of due times, unless somebody else has moved it since it was read.
-- KEYS  1 due-time set
-- ARGV  1 member   2 the score that was read   3 the new score, empty: remove
-- Returns 1 where it did
local kept = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not kept or tonumber(kept) ~= tonumber(ARGV[2]) then return 0 end
if ARGV[3] == '' then
  redis.call('ZREM', KEYS[1], ARGV[1])
else
  redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1])
end
return 1
