-- Asserts a node's interest in a channel, or takes it back; extends meta, and answers the log's position in the same step.
-- KEYS  1 meta   2 log   3 interest zset or session hash          all in the channel's slot
-- ARGV  1 epoch token   2 epoch offered   3 'z' or 's'   4 node   5 TTL of the interest in ms; 0 takes it back   6 deadline
--       7 TTL of meta in ms   8 '1': the reserve of Redis is touched   9 the name of the data
-- Returns {epoch, top} | {} when taken back | {'gone'} (the session of a session: channel; its hash is the interest)
-- A full Redis, and one whose reserve is touched, refuses the first interest in a log that is new, no other.
-- TTLs: interest: the member ARGV 5, the key as its members and up to a minute. Meta ARGV 7; of a log that nothing was published to, and
-- that no consumer has claimed (which makes it live for a day at least), as the key of the interest, and it goes when the last node takes
-- its interest back.
in_time(ARGV[6])
local LONGEST = 21600000 -- that a key of interest lives
local kept = tonumber(ARGV[5]) + math.min(tonumber(ARGV[5]), 60000)
local new = redis.call('EXISTS', KEYS[1]) == 0
if not new then keeps(KEYS[1]) elseif ARGV[5] ~= '0' then has_room(ARGV[8]) end
if ARGV[3] == 's' then
  if not interested(KEYS[3], 's', 0) then return {'gone'} end
elseif ARGV[5] == '0' then
  redis.call('ZREM', KEYS[3], ARGV[4])
  redis.call('HDEL', KEYS[1], 'v')
  local empty = redis.call('HGET', KEYS[1], 's') == '0' and redis.call('PTTL', KEYS[1]) <= LONGEST
  if empty and redis.call('EXISTS', KEYS[3]) == 0 then redis.call('DEL', KEYS[1]) end
  return {}
else
  if redis.call('ZADD', KEYS[3], whole(now_ms() + tonumber(ARGV[5])), ARGV[4]) == 1 then redis.call('HDEL', KEYS[1], 'v') end
  redis.call('PEXPIRE', KEYS[3], whole(math.max(kept, redis.call('PTTL', KEYS[3]))))
end
local epoch, top = open_log(KEYS[1], KEYS[2], ARGV[1], marked(KEYS[1], ARGV[2], ARGV[9]), ARGV[7])
local life, left = tonumber(ARGV[7]), new and 0 or redis.call('PTTL', KEYS[1])
if top == 0 and ARGV[3] == 'z' then life = math.max(left, kept) end
redis.call('PEXPIRE', KEYS[1], whole(life))
return {epoch, whole(top)}
