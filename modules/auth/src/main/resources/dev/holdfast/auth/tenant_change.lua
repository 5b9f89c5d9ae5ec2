-- Changes the state of a tenant. What is so already stays as it is.
-- KEYS  1 states: tenant → 'active|suspended created since number' (ms, 0: never); '#' → number of the last change   2 stream of changes
-- ARGV  1 deadline   2 tenant   3 create | suspend | resume | forget   4 most tenants   5 entries that the stream keeps
-- Returns the tenant's text, empty: there is none | full: there are as many tenants as may be; nothing changed.
-- TTLs: none; bounded by ARGV 4 and 5. A full Redis refuses create (XADD comes first).
local time = redis.call('TIME')
local ms, us = string.format('%s%03d', time[1], math.floor(tonumber(time[2]) / 1000)), tonumber(time[1]) * 1000000 + tonumber(time[2])
if tonumber(ms) > tonumber(ARGV[1]) then error('-LATE past its deadline, nothing done') end
local tenant, act = ARGV[2], ARGV[3]
local old, last = redis.call('HGET', KEYS[1], tenant), tonumber(redis.call('HGET', KEYS[1], '#') or '0')
local state, created, since = 'active', '0', '0'
if old then state, created, since = string.match(old, '^(%S+) (%d+) (%d+)') end
local to, born = state, created
if act == 'suspend' then to = 'suspended' elseif act == 'resume' then to = 'active' elseif act == 'forget' then born = '0' end
if act == 'create' and created == '0' then born = ms end
local stays = to == 'suspended' or born ~= '0'
if to == state and born == created and (stays or not old) then return old or '' end
if not old and redis.call('HLEN', KEYS[1]) > tonumber(ARGV[4]) then return 'full' end
if act ~= 'create' then redis.call('HDEL', KEYS[1], '') end -- a full Redis lets the rest through
local n = string.format('%.0f', math.max(last + 1, us))
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[5], '*', 't', tenant, 'n', n, 'p', string.format('%.0f', last))
redis.call('HSET', KEYS[1], '#', n)
if not stays then
  redis.call('HDEL', KEYS[1], tenant)
  return ''
end
local text = to .. ' ' .. born .. ' ' .. (to == state and old and since or ms) .. ' ' .. n
redis.call('HSET', KEYS[1], tenant, text)
return text
