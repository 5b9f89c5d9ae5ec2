-- Adds what a node counted of a tenant to its day, once.
-- KEYS  1 the tenant's days: "day name" -> amount, where day is that since 1970 in UTC; "day" -> the last one that something was added to
--       2 its nodes: node -> "version connections ms": the last report of each
-- ARGV  1 node   2 version, rising in a node's life: what is sent again is not added again   3 days kept
--       4 most connections that the node had open since its report before, then for each amount: name, '1': the most counts, not the sum; amount
-- Returns 1, or 0: it was added before
-- TTL   KEYS 1: a day more than the days kept; days that are over go when a day begins. KEYS 2: a day; nodes that were silent for as long go
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local day = math.floor(now / 86400000)

local open, before = tonumber(ARGV[4]), nil
local nodes, gone = redis.call('HGETALL', KEYS[2]), {}
for i = 1, #nodes, 2 do
  local version, connections, at = string.match(nodes[i + 1], '^(%d+) (%d+) (%d+)$')
  if nodes[i] == ARGV[1] then
    before = tonumber(version)
  elseif now - tonumber(at) > 86400000 then
    gone[#gone + 1] = nodes[i]
  elseif now - tonumber(at) < 180000 then
    open = open + tonumber(connections)
  end
end
if before and tonumber(ARGV[2]) <= before then return 0 end

redis.call('HSET', KEYS[2], ARGV[1], string.format('%s %s %.0f', ARGV[2], ARGV[4], now))
redis.call('PEXPIRE', KEYS[2], 86400000)
for _, node in ipairs(gone) do redis.call('HDEL', KEYS[2], node) end

if redis.call('HGET', KEYS[1], 'day') ~= tostring(day) then
  for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
    local of = tonumber(string.match(field, '^(%d+) ') or day)
    if of <= day - tonumber(ARGV[3]) then redis.call('HDEL', KEYS[1], field) end
  end
  redis.call('HSET', KEYS[1], 'day', tostring(day))
end
for i = 5, #ARGV, 3 do
  local field, amount = day .. ' ' .. ARGV[i], ARGV[i + 2]
  if ARGV[i] == 'connections' then amount = string.format('%.0f', open) end
  if ARGV[i + 1] == '0' then
    redis.call('HINCRBY', KEYS[1], field, amount)
  elseif tonumber(amount) > tonumber(redis.call('HGET', KEYS[1], field) or '0') then
    redis.call('HSET', KEYS[1], field, amount)
  end
end
redis.call('PEXPIRE', KEYS[1], (tonumber(ARGV[3]) + 1) * 86400000)
return 1
