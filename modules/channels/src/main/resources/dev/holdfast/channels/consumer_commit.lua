-- Stores a consumer's cursor and renews its lease; fenced by owner and generation.
-- KEYS  1 meta   2 consumer   3 names          all in the channel's slot
-- ARGV  1 name   2 owner   3 generation   4 lease in ms   5 epoch, empty (which no cursor's is) to renew only   6 seq
-- Returns 1, or 0 where another holds it (or it was not used for 7 days). A lease that ran out, and that nobody took, is renewed.
-- The cursor never moves back: within an epoch seq rises; another epoch is taken where it is the newer one of the log's (meta's, then its forks).
-- TTLs: meta, consumer and names 7 days.
local LIFE = 604800000
local kept = redis.call('HMGET', KEYS[2], 'o', 'g', 'e', 's')
if kept[1] ~= ARGV[2] or kept[2] ~= ARGV[3] then return 0 end
local now = now_ms()
keeps(KEYS[2])

local function age(epoch)
  local m = redis.call('HMGET', KEYS[1], 'e', 'f')
  if m[1] == epoch then return 0 end
  local at = 1
  for fork in string.gmatch(m[2] or '', '([^,:]+):%d+') do
    if fork == epoch then return at end
    at = at + 1
  end
  return math.huge
end

if ARGV[5] ~= '' then
  local newer
  if ARGV[5] == kept[3] then
    newer = tonumber(ARGV[6]) > tonumber(kept[4])
  else
    newer = age(ARGV[5]) < age(kept[3])
  end
  if newer then redis.call('HSET', KEYS[2], 'e', ARGV[5], 's', ARGV[6]) end
end
redis.call('HSET', KEYS[2], 'x', whole(now + tonumber(ARGV[4])))
redis.call('PEXPIRE', KEYS[2], LIFE)
redis.call('ZADD', KEYS[3], whole(now), ARGV[1])
redis.call('PEXPIRE', KEYS[3], LIFE)
redis.call('PEXPIRE', KEYS[1], LIFE)
return 1
