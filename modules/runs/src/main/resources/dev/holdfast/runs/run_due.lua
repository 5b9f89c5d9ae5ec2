-- Puts a run into a set of due times; or moves or removes its entry, unless somebody else has moved it since it was read.
-- KEYS  1 due-time set
-- ARGV  1 member   2 the score that was read; empty: whatever there is; 'sooner': as that, and never later than there is   3 in ms from now, empty: remove
-- Returns the score that it has now | '' it was removed | nil it was left as it is
local kept = redis.call('ZSCORE', KEYS[1], ARGV[1])
local read = tonumber(ARGV[2])
if read and (not kept or tonumber(kept) ~= read) then return false end
if ARGV[3] == '' then
  redis.call('ZREM', KEYS[1], ARGV[1])
  return ''
end
local at = now_ms() + tonumber(ARGV[3])
if ARGV[2] == 'sooner' and kept then at = math.min(at, tonumber(kept) - 1) end -- moved for those who read it before, even if it was sooner
redis.call('ZREM', KEYS[1], '') -- is no member: a full Redis lets the rest through
redis.call('ZADD', KEYS[1], whole(at), ARGV[1])
return whole(at)
