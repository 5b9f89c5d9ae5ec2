-- Opens or renews a node's lease, and says who else there is.
-- KEYS  1 leases   2 info   3 dead nodes          all in the slot of the nodes
-- ARGV  1 node   2 'open' or 'renew'   3 lease in ms   4 info as JSON   5 how long the dead are remembered, in ms
--       6 the longest lease that a node may have, in ms
-- Returns {'held', 1 where it had run out meanwhile, live nodes, expired nodes, dead nodes}
--         | {'lost'}: the node is dead, or its lease is gone; it can't have one again
-- An expiry further ahead than the longest lease is from before Redis' clock was set back: it becomes one of now, so that who lives
-- has the time to renew it, and who is dead is noticed.
-- Bounds: one member per node; the dead for ARGV 5, and as long as they have a lease left.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('ZREM', KEYS[1], '') -- a full Redis lets the rest through: it must not take every node off the air
for _, old in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now - tonumber(ARGV[5]))) do
  if not redis.call('ZSCORE', KEYS[1], old) then redis.call('ZREM', KEYS[3], old) end
end

local expiry = redis.call('ZSCORE', KEYS[1], ARGV[1])
if redis.call('ZSCORE', KEYS[3], ARGV[1]) or (ARGV[2] == 'renew' and not expiry) then return {'lost'} end
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[3]), ARGV[1])
if ARGV[2] == 'open' then redis.call('HSET', KEYS[2], ARGV[1], ARGV[4]) end

for _, ahead in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. string.format('%.0f', now + tonumber(ARGV[6])), '+inf')) do
  redis.call('ZADD', KEYS[1], now + tonumber(ARGV[3]), ahead)
end
for _, ahead in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '(' .. string.format('%.0f', now), '+inf')) do
  redis.call('ZADD', KEYS[3], now, ahead)
end

local live, expired = {}, {}
local nodes = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
for i = 1, #nodes, 2 do
  if tonumber(nodes[i + 1]) <= now then
    expired[#expired + 1] = nodes[i]
  elseif not redis.call('ZSCORE', KEYS[3], nodes[i]) then
    live[#live + 1] = nodes[i]
  end
end
local lapsed = expiry and tonumber(expiry) <= now and 1 or 0
return {'held', lapsed, live, expired, redis.call('ZRANGE', KEYS[3], 0, -1)}
