-- Returns whose turn it is, of the tenants whose runs wait for an agent, and lets it be the last from now on.
-- KEYS  1 turns: tenant → the number of its last turn
-- ARGV  1… tenants; none: all
-- Returns tenant | nil none of them waits
local turn, best
if #ARGV == 0 then
  turn = redis.call('ZRANGE', KEYS[1], 0, 0)[1]
else
  for _, tenant in ipairs(ARGV) do
    local score = tonumber(redis.call('ZSCORE', KEYS[1], tenant) or '')
    if score and (not best or score < best) then turn, best = tenant, score end
  end
end
if not turn then return false end
local last = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2]
redis.call('ZREM', KEYS[1], '') -- a full Redis lets the rest through
redis.call('ZADD', KEYS[1], whole(tonumber(last) + 1), turn)
return turn
