-- Changes the state of a tenant. What is so already stays as it is.
-- KEYS  1 states: tenant → 'active|suspended created since number' (ms, 0: never); '#' → number of the last change   2 stream of changes
-- ARGV  1 deadline   2 tenant   3 create | suspend | resume   4 most tenants   5 entries that the stream keeps   6 the tenant's text that the asker knows, or empty
-- Returns the tenant's text, empty: there is none | full: there are as many tenants as may be; nothing changed.
-- A text that the asker knows and Redis has lost counts. None is removed, so one that is missing is lost.
-- TTLs: none; bounded by ARGV 4 and 5. A full Redis refuses create (XADD comes first).
local time = redis.call('TIME')
local ms, us = string.format('%s%03d', time[1], math.floor(tonumber(time[2]) / 1000)), tonumber(time[1]) * 1000000 + tonumber(time[2])
if tonumber(ms) > tonumber(ARGV[1]) then error('-LATE past its deadline, nothing done') end
local function parts(text) return string.match(text, '^(%S+) (%d+) (%d+) (%d+)') end
local tenant, act, known = ARGV[2], ARGV[3], ARGV[6]
local old, last = redis.call('HGET', KEYS[1], tenant), tonumber(redis.call('HGET', KEYS[1], '#') or '0')
local is, state, created, since, n = old, 'active', '0', '0', '0'
if is then state, created, since, n = parts(is) end
local lost = known ~= '' and tonumber((select(4, parts(known)))) > tonumber(n)
if lost then
  is = known
  state, created, since = parts(known)
end
local to, born = state, created
if act == 'suspend' then to = 'suspended' elseif act == 'resume' then to = 'active' elseif created == '0' then born = ms end
if to == state and born == created and not lost then return old or '' end
if not old and redis.call('HLEN', KEYS[1]) > tonumber(ARGV[4]) then return 'full' end
if act ~= 'create' then redis.call('HDEL', KEYS[1], '') end -- a full Redis lets the rest through
n = string.format('%.0f', math.max(last + 1, us))
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[5], '*', 't', tenant, 'n', n, 'p', string.format('%.0f', last))
local text = to .. ' ' .. born .. ' ' .. (to == state and is and since or ms) .. ' ' .. n
redis.call('HSET', KEYS[1], '#', n, tenant, text)
return text
