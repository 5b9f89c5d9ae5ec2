-- Notes that a run is to be cancelled: at once if it waits, otherwise after its grace. The first one counts.
-- KEYS  1 record
-- ARGV  1 who   2 why
-- Returns {'cancelling', fields and values by turns} | {'over', the same} the run is ending or has ended | {} no run
local r = redis.call('HMGET', KEYS[1], 'state', 'cancelat', 'gracems')
if not r[1] then return {} end
if r[1] == 'ending' or r[1] == 'ended' then return {'over', redis.call('HGETALL', KEYS[1])} end
if not r[2] then
  keeps(KEYS[1])
  local grace = r[1] == 'queued' and 0 or tonumber(r[3])
  redis.call('HSET', KEYS[1], 'cancelat', whole(now_ms() + grace), 'cancelby', ARGV[1], 'cancelwhy', ARGV[2])
end
return {'cancelling', redis.call('HGETALL', KEYS[1])}
