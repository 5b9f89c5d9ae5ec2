-- Adds an issuer, replaces its settings, or removes it. What is so already stays as it is.
-- KEYS  1 issuers: name → 'number born time settings' (born: number of the change that added it, 0: removed; ms); '#' → number of the last change
-- ARGV  1 deadline   2 issuer   3 settings, empty: it is removed   4 most issuers   5 most records of removed ones   6 the text that the asker knows, or empty
-- Returns the text, empty: there is none | full: there are as many as may be; nothing changed.
-- A text that the asker knows and Redis has lost counts. Of the removed the oldest are forgotten.
-- TTLs: none; bounded by ARGV 4 and 5. A full Redis refuses to add (HSET comes first), and goes on removing.
local time = redis.call('TIME')
local ms, us = string.format('%s%03d', time[1], math.floor(tonumber(time[2]) / 1000)), tonumber(time[1]) * 1000000 + tonumber(time[2])
if tonumber(ms) > tonumber(ARGV[1]) then error('-LATE past its deadline, nothing done') end
local function parts(text) return string.match(text, '^(%d+) (%d+) %d+ (.*)$') end
local name, wanted, known = ARGV[2], ARGV[3], ARGV[6]
local old, last = redis.call('HGET', KEYS[1], name), tonumber(redis.call('HGET', KEYS[1], '#') or '') or 0
local n, born, settings = '0', '0', ''
if old then n, born, settings = parts(old) end
local lost = known ~= '' and tonumber((parts(known))) > tonumber(n)
if lost then n, born, settings = parts(known) end
if settings == wanted and not lost then return old or '' end
local live, gone = 0, {}
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  if all[i] ~= '#' and all[i] ~= '' and all[i] ~= name then
    local number, of = parts(all[i + 1])
    if of == '0' then gone[#gone + 1] = { tonumber(number), all[i] } else live = live + 1 end
  end
end
if wanted ~= '' and live >= tonumber(ARGV[4]) then return 'full' end
if wanted == '' then redis.call('HDEL', KEYS[1], '') end -- a full Redis lets the rest through
n = string.format('%.0f', math.max(last + 1, us))
if wanted == '' then born = '0' elseif born == '0' then born = n end
local text = n .. ' ' .. born .. ' ' .. ms .. ' ' .. wanted
redis.call('HSET', KEYS[1], '#', n, name, text)
table.sort(gone, function(a, b) return a[1] > b[1] end)
local kept = tonumber(ARGV[5]) - (wanted == '' and 1 or 0)
for i = kept + 1, #gone do redis.call('HDEL', KEYS[1], gone[i][2]) end
return text
