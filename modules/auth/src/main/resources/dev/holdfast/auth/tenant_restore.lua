-- Adds states of tenants that Redis has lost, unless it has newer ones: each as a change of its own, in their order.
-- A state keeps its number, so an older one that comes later does not count as newer.
-- KEYS  1 states, 2 stream of changes, as in tenant_change
-- ARGV  1 entries that the stream keeps   2… tenant, text
-- Returns how many were added. TTLs: none; bounded, as only tenants that were there come back. A full Redis goes on.
redis.call('HDEL', KEYS[1], '')
local time = redis.call('TIME')
local us = tonumber(time[1]) * 1000000 + tonumber(time[2])
local function number(text) return tonumber(string.match(text, '^%S+ %d+ %d+ (%d+)')) end
local added = 0
for i = 2, #ARGV, 2 do
  local tenant, text = ARGV[i], ARGV[i + 1]
  local old = redis.call('HGET', KEYS[1], tenant)
  if not old or number(old) < number(text) then
    local last = tonumber(redis.call('HGET', KEYS[1], '#') or '0')
    local n = string.format('%.0f', math.max(last + 1, us, number(text)))
    redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[1], '*', 't', tenant, 'n', n, 'p', string.format('%.0f', last))
    redis.call('HSET', KEYS[1], '#', n, tenant, text)
    added = added + 1
  end
end
return added
