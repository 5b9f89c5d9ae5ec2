-- Notes the token by which a session's client goes on, for its holder.
-- KEYS  1 session
-- ARGV  1 generation   2 'digest:end' of the token   3 deadline
-- Returns 'ok' | why not, see verdict
-- The token before stays as 'was': it may not have expired yet, and is revoked with the session. The same token again changes nothing.
in_time(ARGV[3])
local may = verdict(KEYS[1], ARGV[1])
if may ~= 'ok' then return may end
keeps(KEYS[1])
local before = redis.call('HGET', KEYS[1], 'tok')
if before ~= ARGV[2] then redis.call('HSET', KEYS[1], 'tok', ARGV[2], 'was', before or '') end
return 'ok'
