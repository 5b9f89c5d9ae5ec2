-- Adds records of issuers that Redis has lost, also of removed ones, unless it has newer ones.
-- KEYS  1 issuers, as in issuer_change
-- ARGV  1… name, text
-- Returns how many were added. TTLs: none; bounded, as only those that were there come back. A full Redis goes on.
redis.call('HDEL', KEYS[1], '')
local time = redis.call('TIME')
local us = tonumber(time[1]) * 1000000 + tonumber(time[2])
local function number(text) return tonumber(string.match(text, '^(%d+) ')) end
local added = 0
for i = 1, #ARGV, 2 do
  local old = redis.call('HGET', KEYS[1], ARGV[i])
  if not old or number(old) < number(ARGV[i + 1]) then
    local last = tonumber(redis.call('HGET', KEYS[1], '#') or '') or 0
    local n = string.format('%.0f', math.max(last + 1, us, number(ARGV[i + 1])))
    redis.call('HSET', KEYS[1], '#', n, ARGV[i], ARGV[i + 1])
    added = added + 1
  end
end
return added
