-- Puts a run into a set of due times; or moves or removes its entry, unless somebody else has moved it since it was read.
-- KEYS  1 due-time set
-- ARGV  1 member   2 the score that was read, empty: whatever there is   3 in ms from now, empty: remove
-- Returns 1 where it did
local kept = redis.call('ZSCORE', KEYS[1], ARGV[1])
if ARGV[2] ~= '' and (not kept or tonumber(kept) ~= tonumber(ARGV[2])) then return 0 end
redis.call('ZREM', KEYS[1], ARGV[3] == '' and ARGV[1] or '') -- '' is no member: a full Redis lets the rest through
if ARGV[3] ~= '' then redis.call('ZADD', KEYS[1], whole(now_ms() + tonumber(ARGV[3])), ARGV[1]) end
return 1
