-- Adds subscriptions with their first cursors; one that is there already keeps its cursor.
-- KEYS  1 session   2 subscriptions          both in the session's slot
-- ARGV  1 generation   2 session id   3 most channels   4 TTL in ms   5... channel, 'epoch:seq' by turns
-- Returns 'ok' | 'limit' (none is added) | 'fenced' | 'none' (generation 0 only)
-- TTL: subscriptions ARGV 4. The session's own three channels do not count.
local may = verdict(KEYS[1], ARGV[1])
if may ~= 'ok' then return may end
local own = own_channels(redis.call('HGET', KEYS[1], 'user'), ARGV[2])
local count = redis.call('HLEN', KEYS[2])
for channel in pairs(own) do count = count - redis.call('HEXISTS', KEYS[2], channel) end
local more = {}
for i = 5, #ARGV, 2 do
  if redis.call('HEXISTS', KEYS[2], ARGV[i]) == 0 then
    more[#more + 1], more[#more + 2] = ARGV[i], ARGV[i + 1]
    if not own[ARGV[i]] then count = count + 1 end
  end
end
if count > tonumber(ARGV[3]) then return 'limit' end
if #more > 0 then redis.call('HSET', KEYS[2], unpack(more)) end
extend(ARGV[4], KEYS[2])
return 'ok'
