-- Moves stored cursors of a session for its holder.
-- KEYS  1 session   2 subscriptions   3 publishing          all in the session's slot
-- ARGV  1 generation   2 session id   3 TTL in ms   4 how old a renewal may be, in ms   5... channel, epoch, seq by turns
-- Returns {'ok'} | {'renewed', user, node} where it was time to renew | {why not}, see verdict
-- TTLs: all three keys ARGV 3, renewed at most every ARGV 4.
local may = verdict(KEYS[1], ARGV[1])
if may ~= 'ok' then return {may} end
keeps(KEYS[1])
store_cursors(KEYS[1], KEYS[2], ARGV[2], 5)
local now = now_ms()
local s = redis.call('HMGET', KEYS[1], 'renewed', 'user', 'node')
if now - tonumber(s[1] or '0') < tonumber(ARGV[4]) then
  if redis.call('PTTL', KEYS[2]) == -1 then extend(ARGV[3], KEYS[2]) end
  return {'ok'}
end
redis.call('HSET', KEYS[1], 'renewed', now)
extend(ARGV[3], KEYS[1], KEYS[2], KEYS[3])
return {'renewed', s[2], s[3] or ''}
