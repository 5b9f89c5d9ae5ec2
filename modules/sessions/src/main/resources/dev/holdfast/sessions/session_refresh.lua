-- Notes the tokens by which a session's client goes on, for its holder.
-- KEYS  1 session
-- ARGV  1 generation   2 'digest:end' of the token, empty: as before   3 deadline
--       4 what channel tokens add, all of it, as JSON; empty: nothing   5 '1': the reserve of Redis is touched
-- Returns 'ok' | why not, see verdict
-- The token before stays as 'was': it may not have expired yet, and is revoked with the session. The same token again changes nothing.
-- What channel tokens add has a bound that the holder keeps (16 KiB). One that takes the place of another may be a little longer.
in_time(ARGV[3])
local may = verdict(KEYS[1], ARGV[1])
if may ~= 'ok' then return may end
local s = redis.call('HMGET', KEYS[1], 'tok', 'grants')
local grants = s[2] or ''
if ARGV[5] == '1' and #ARGV[4] > #grants + 64 then error('-OOM the reserve is touched, nothing done') end
keeps(KEYS[1])
if ARGV[2] ~= '' and s[1] ~= ARGV[2] then redis.call('HSET', KEYS[1], 'tok', ARGV[2], 'was', s[1] or '') end
if ARGV[4] == '' then
  redis.call('HDEL', KEYS[1], 'grants')
elseif ARGV[4] ~= grants then
  redis.call('HSET', KEYS[1], 'grants', ARGV[4])
end
return 'ok'
