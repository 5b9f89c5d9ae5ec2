-- Adds subscriptions with their first cursors; one that is there already keeps its cursor. A service's (generation 0) are marked as
-- granted, by a field '+channel': they hold without the user's own permission.
-- KEYS  1 session   2 subscriptions          both in the session's slot
-- ARGV  1 generation   2 session id   3 most channels   4 TTL in ms   5 deadline   6 '1': the reserve of Redis is touched
--       7... channel, 'epoch:seq' by turns
-- Returns 'ok' | 'limit' (none is added) | why not, see verdict
-- TTL: subscriptions ARGV 4. The session's own three channels do not count.
in_time(ARGV[5])
local may = verdict(KEYS[1], ARGV[1])
if may ~= 'ok' then return may end
local own = own_channels(redis.call('HGET', KEYS[1], 'user'), ARGV[2])
local count = 0
for _, channel in ipairs(redis.call('HKEYS', KEYS[2])) do
  if not own[channel] and string.sub(channel, 1, 1) ~= '+' then count = count + 1 end
end
local more, before = {}, count
for i = 7, #ARGV, 2 do
  if redis.call('HEXISTS', KEYS[2], ARGV[i]) == 0 then
    more[#more + 1], more[#more + 2] = ARGV[i], ARGV[i + 1]
    if not own[ARGV[i]] then count = count + 1 end
  end
  if ARGV[1] == '0' then more[#more + 1], more[#more + 2] = '+' .. ARGV[i], '1' end
end
if count > tonumber(ARGV[3]) then return 'limit' end
if count > before and ARGV[6] == '1' then error('-OOM the reserve is touched, nothing done') end
if #more > 0 then redis.call('HSET', KEYS[2], unpack(more)) end
extend(ARGV[4], KEYS[2])
return 'ok'
