-- Asserts a node's interest in a channel, or takes it back; extends meta, and answers the log's position in the same step.
-- KEYS  1 meta   2 log   3 interest zset or session hash          all in the channel's slot
-- ARGV  1 epoch token   2 epoch offered   3 'z' or 's'   4 node   5 TTL of the interest in ms; 0 takes it back   6 deadline
--       7 TTL of meta in ms   8 '1': the reserve of Redis is touched
-- Returns {epoch, top} | {} when taken back | {'gone'} (the session of a session: channel; its hash is the interest)
-- A full Redis, and one whose reserve is touched, refuses the first interest in a log that is new, no other.
-- TTLs: meta ARGV 7; interest: the member ARGV 5, the key twice that.
in_time(ARGV[6])
if redis.call('EXISTS', KEYS[1]) == 1 then keeps(KEYS[1]) elseif ARGV[5] ~= '0' then has_room(ARGV[8]) end
if ARGV[3] == 's' then
  if not interested(KEYS[3], 's', 0) then return {'gone'} end
elseif ARGV[5] == '0' then
  redis.call('ZREM', KEYS[3], ARGV[4])
  return {}
else
  redis.call('ZADD', KEYS[3], whole(now_ms() + tonumber(ARGV[5])), ARGV[4])
  redis.call('PEXPIRE', KEYS[3], whole(2 * tonumber(ARGV[5])))
end
local epoch, top = open_log(KEYS[1], KEYS[2], ARGV[1], ARGV[2], ARGV[7])
redis.call('PEXPIRE', KEYS[1], ARGV[7])
return {epoch, whole(top)}
