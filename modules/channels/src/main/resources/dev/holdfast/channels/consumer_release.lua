-- Ends a lease at once, so that the next instance need not wait for it; the cursor stays.
-- KEYS  1 consumer          ARGV  1 owner   2 generation
-- Returns 1, or 0 where another holds it.
local kept = redis.call('HMGET', KEYS[1], 'o', 'g')
if kept[1] ~= ARGV[1] or kept[2] ~= ARGV[2] then return 0 end
redis.call('HDEL', KEYS[1], '') -- a full Redis lets the rest through
redis.call('HSET', KEYS[1], 'x', 0)
return 1
