-- Reads a chunk of a log after a cursor, and says what can't be served.
-- KEYS  1 meta   2 log          both in the channel's slot
-- ARGV  1 epoch token   2 epoch offered   3 cursor's epoch, '-' for the earliest   4 cursor's seq   5 most entries
-- Returns {epoch, top, base, reason, entries}: base is where reading goes on; a reason ('epoch', 'trimmed') that is not empty tells a
-- gap from the cursor to base; entries are {seq, at, body}. {} where there is no log.
-- Changes nothing but forks (see log_meta).
local epoch, top, forks = open_log(KEYS[1], KEYS[2], ARGV[1], ARGV[2], false)
if not epoch then return {} end
local head = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
local before = head and tonumber(string.match(head[1], '^%d+')) - 1 or top
local base, reason = tonumber(ARGV[4]), ''

local limit = ARGV[3] == epoch and top or nil
for fork, at in string.gmatch(forks, '([^,:]+):(%d+)') do
  if fork == ARGV[3] then limit = tonumber(at) end
end
if ARGV[3] == '-' then
  base = before
elseif not limit then
  base, reason = before, 'epoch'
elseif base > limit then
  base, reason = limit, 'epoch'
end
if base < before then
  base = before
  if reason == '' then reason = 'trimmed' end
end

local entries = {}
for _, entry in ipairs(redis.call('XRANGE', KEYS[2], whole(base + 1) .. '-0', '+', 'COUNT', ARGV[5])) do
  entries[#entries + 1] = {string.match(entry[1], '^%d+'), entry[2][4], entry[2][2]}
end
return {epoch, whole(top), whole(base), reason, entries}
