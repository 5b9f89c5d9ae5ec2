-- Adds what a node saw change to what is counted of a tenant or user, once, and claims room for what it may store next.
-- KEYS  1 the count: "c" and a moment -> channels that count until then, "b" and a moment -> bytes;
--         "@node" -> "channels bytes version until" that it claims
-- ARGV  1 node   2 version, rising in a node's life: what is sent again is not added again   3 TTL in ms   4 how long a claim holds, in ms
--       5 channels that there may be   6 bytes that there may be   7 channels wanted   8 bytes wanted
--       then for each change: moment, channels, bytes
-- Returns {channels, bytes (that are counted), channels, bytes (that the node has now)}
-- TTL   as given. What is over goes with each call. A full Redis takes it: it is how room comes back, and a few fields.
redis.call('HDEL', KEYS[1], '')
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local function words(text)
  local all = {}
  for word in string.gmatch(text or '', '%S+') do all[#all + 1] = tonumber(word) end
  return all
end

local me = '@' .. ARGV[1]
local own = words(redis.call('HGET', KEYS[1], me) or '')
local again = own[3] and tonumber(ARGV[2]) <= own[3]
for i = 9, again and 0 or #ARGV, 3 do
  if tonumber(ARGV[i]) > now then
    redis.call('HINCRBY', KEYS[1], 'c' .. ARGV[i], ARGV[i + 1])
    redis.call('HINCRBY', KEYS[1], 'b' .. ARGV[i], ARGV[i + 2])
  end
end

local sums, claims = {c = 0, b = 0}, {c = 0, b = 0}
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local what, moment = string.match(all[i], '^([cb])(%d+)$')
  local claim = words(all[i + 1])
  if all[i] ~= me and (tonumber(moment or claim[4] or 0) <= now or all[i + 1] == '0') then
    redis.call('HDEL', KEYS[1], all[i])
  elseif what then
    sums[what] = sums[what] + claim[1]
  elseif all[i] ~= me then
    claims = {c = claims.c + claim[1], b = claims.b + claim[2]}
  end
end
sums = {c = math.max(0, sums.c), b = math.max(0, sums.b)}

local function granted(what, most, wanted)
  return math.max(0, math.min(tonumber(wanted), tonumber(most) - sums[what] - claims[what]))
end
if not again then
  own = {granted('c', ARGV[5], ARGV[7]), granted('b', ARGV[6], ARGV[8]), tonumber(ARGV[2])}
end
redis.call('HSET', KEYS[1], me, string.format('%.0f %.0f %.0f %.0f', own[1], own[2], own[3], now + tonumber(ARGV[4])))
redis.call('PEXPIRE', KEYS[1], ARGV[3])
local answer = {}
for i, number in ipairs({sums.c, sums.b, own[1], own[2]}) do answer[i] = string.format('%.0f', number) end
return answer
