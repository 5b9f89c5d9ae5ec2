-- Reads a chunk of a log after a cursor, and says what can't be served.
-- KEYS  1 meta   2 log          both in the channel's slot
-- ARGV  1 epoch token   2 epoch offered   3 cursor's epoch, empty (which no cursor's is) for the earliest   4 cursor's seq
--       5 most entries   6 most bytes of bodies   7 TTL of meta in ms   8 the name of the data
-- Returns {epoch, top, base, reason, entries}: base is where reading goes on; a reason ('epoch', 'trimmed') that is not empty means a
-- gap from the cursor to base; entries are {seq, at, body}: at least one where there is one, whatever its size. {} where there is no log.
-- Changes nothing but forks (see log_meta).
local epoch, top, forks = open_log(KEYS[1], KEYS[2], ARGV[1], marked(KEYS[1], ARGV[2], ARGV[8]))
if not epoch then return {} end
local head = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
local before = head and tonumber(string.match(head[1], '^%d+')) - 1 or top
local base, reason = tonumber(ARGV[4]), ''

local limit = ARGV[3] == epoch and top or nil
for fork, at in string.gmatch(forks, '([^,:]+):(%d+)') do
  if fork == ARGV[3] then limit = tonumber(at) end
end
if ARGV[3] == '' then
  base = before
elseif not limit and not missed_nothing(ARGV[3], base, ARGV[8], tonumber(ARGV[7])) then
  base, reason = before, 'epoch'
elseif limit and base > limit then
  base, reason = limit, 'epoch'
end
if base < before then
  base = before
  if reason == '' then reason = 'trimmed' end
end

-- In steps of 4, 8, 16 …, so that Redis never copies much more than it answers.
local entries, bytes, full, next_seq, step = {}, 0, false, base + 1, 4
repeat
  local ask = math.min(step, tonumber(ARGV[5]) - #entries)
  local found = redis.call('XRANGE', KEYS[2], whole(next_seq) .. '-0', '+', 'COUNT', ask)
  for _, entry in ipairs(found) do
    bytes = bytes + #entry[2][2]
    full = full or (#entries > 0 and bytes > tonumber(ARGV[6]))
    if not full then entries[#entries + 1] = {string.match(entry[1], '^%d+'), entry[2][4], entry[2][2]} end
  end
  full = full or #found < ask or #entries >= tonumber(ARGV[5])
  next_seq, step = tonumber(entries[#entries] and entries[#entries][1] or base) + 1, step * 2
until full
return {epoch, whole(top), whole(base), reason, entries}
