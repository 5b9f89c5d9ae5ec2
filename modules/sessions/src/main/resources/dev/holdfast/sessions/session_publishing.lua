-- Notes that a session publishes to a channel, for its holder.
-- KEYS  1 session   2 publishing          both in the session's slot
-- ARGV  1 generation   2 channel   3 most channels   4 TTL in ms   5 deadline   6 a channel that leaves for it, empty: none   7 '1': the reserve of Redis is touched
-- Returns 'ok' | 'limit' | why not, see verdict
-- TTL: publishing ARGV 4.
in_time(ARGV[5])
local may = verdict(KEYS[1], ARGV[1])
if may ~= 'ok' then return may end
local new = redis.call('SISMEMBER', KEYS[2], ARGV[2]) == 0
if new and ARGV[7] == '1' then error('-OOM the reserve is touched, nothing done') end
if ARGV[6] ~= '' then redis.call('SREM', KEYS[2], ARGV[6]) end
if new and redis.call('SCARD', KEYS[2]) >= tonumber(ARGV[3]) then return 'limit' end
redis.call('SADD', KEYS[2], ARGV[2])
extend(ARGV[4], KEYS[2])
return 'ok'
