-- Takes a place among the active runs of a tenant or a user. Once per run.
-- KEYS  1 places: run → the time until which it may be active, in Redis ms
--       2 what was started within a minute: 'n' runs with 'b' bytes of input; none: that is not counted          both in one slot
-- ARGV  1 deadline   2 '1': the reserve of Redis is touched   3 run   4 most   5 ms that a start may take   6 TTL in ms
--       7 most starts a minute   8 bytes of this one's input   9 most bytes a minute, but for the first start
-- Returns until when it is taken, in Redis ms | 1 it was there, and is not the other start's to give back any more
--         | 0 all are taken | less than 0: too many starts, and the ms until there may be more
-- TTLs: ARGV 6; KEYS 2 a minute.
in_time(ARGV[1])
local now = now_ms()
local upto, has = now + tonumber(ARGV[5]), tonumber(redis.call('ZSCORE', KEYS[1], ARGV[3]) or '')
if has and has >= now then
  redis.call('ZREM', KEYS[1], '') -- a full Redis lets the rest through
  if has <= upto then redis.call('ZADD', KEYS[1], whole(math.max(has + 1, upto)), ARGV[3]) end
  return 1
end
has_room(ARGV[2])
if redis.call('ZCOUNT', KEYS[1], whole(now), '+inf') >= tonumber(ARGV[4]) then return 0 end
local starts, bytes = 0, 0
if KEYS[2] then
  local minute = redis.call('HMGET', KEYS[2], 'n', 'b')
  starts, bytes = tonumber(minute[1] or '0'), tonumber(minute[2] or '0') + tonumber(ARGV[8])
  if starts >= tonumber(ARGV[7]) or starts > 0 and bytes > tonumber(ARGV[9]) then
    return -math.max(1, redis.call('PTTL', KEYS[2]))
  end
end
redis.call('ZADD', KEYS[1], whole(upto), ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. whole(now))
redis.call('PEXPIRE', KEYS[1], ARGV[6])
if KEYS[2] then
  redis.call('HSET', KEYS[2], 'n', starts + 1, 'b', whole(bytes))
  if starts == 0 then redis.call('PEXPIRE', KEYS[2], 60000) end
end
return upto
