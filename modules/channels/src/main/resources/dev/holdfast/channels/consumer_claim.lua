-- Gives a consumer of a log to the one instance that reads for it: where nobody holds it, or whose lease has expired.
-- KEYS  1 meta   2 log   3 consumer   4 names of the channel's consumers          all in the channel's slot
-- ARGV  1 epoch token   2 epoch offered   3 name   4 owner   5 lease in ms   6 'latest' or 'earliest' (of a consumer that is new)   7 most names
--       8 longest lease in ms   9 deadline: a claim of nobody would keep all others waiting   10 '1': the reserve of Redis is touched
-- Returns {'claimed', generation, epoch, seq} (the cursor) | {'held', ms left} | {'full'}
-- TTLs: meta 7 days, consumer and names 7 days from the last claim or commit. A lease ends by the time of Redis.
-- A full Redis, and one whose reserve is touched, refuses a consumer that is new, no other.
in_time(ARGV[9])
local LIFE = 604800000
local now = now_ms()
local kept = redis.call('HMGET', KEYS[3], 'o', 'g', 'x', 'e', 's')
local left = tonumber(kept[3] or '0') - now
if kept[1] and kept[1] ~= ARGV[4] and left > 0 then
  if left > tonumber(ARGV[8]) then -- Redis' clock was set back: the lease ends as one that is renewed now
    keeps(KEYS[3])
    left = tonumber(ARGV[5])
    redis.call('HSET', KEYS[3], 'x', whole(now + left))
  end
  return {'held', whole(left)}
end

local oldest = now - LIFE
local known = tonumber(redis.call('ZSCORE', KEYS[4], ARGV[3]) or '0') > oldest
if not known and redis.call('ZCOUNT', KEYS[4], '(' .. whole(oldest), '+inf') >= tonumber(ARGV[7]) then return {'full'} end
if kept[1] then keeps(KEYS[3]) else has_room(ARGV[10]) end
redis.call('ZADD', KEYS[4], whole(now), ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', whole(oldest))

local top_epoch, top = open_log(KEYS[1], KEYS[2], ARGV[1], ARGV[2], LIFE)
redis.call('PEXPIRE', KEYS[1], LIFE)
local epoch, seq = kept[4], kept[5]
if not epoch or not seq then
  epoch, seq = top_epoch, whole(top)
  local head = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
  if ARGV[6] == 'earliest' and head then seq = whole(tonumber(string.match(head[1], '^%d+')) - 1) end
end
local generation = whole(tonumber(kept[2] or '0') + 1)
redis.call('HSET', KEYS[3], 'o', ARGV[4], 'g', generation, 'x', whole(now + tonumber(ARGV[5])), 'e', epoch, 's', seq)
redis.call('PEXPIRE', KEYS[3], LIFE)
redis.call('PEXPIRE', KEYS[4], LIFE)
return {'claimed', generation, epoch, seq}
