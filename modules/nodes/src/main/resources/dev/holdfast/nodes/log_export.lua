-- Reads a part of a log for an export: whole entries, in order. Changes nothing, and needs no meta.
-- KEYS  1 meta   2 log          both in the channel's slot
-- ARGV  1 after this seq   2 up to this seq, empty: up to the newest one of now   3 most bytes of bodies
--       4 the epoch that the part before had, empty: this is the first part
-- Returns {epoch ('-': it has no meta), seq up to which to read, {seq, at, body, by turns}}: one entry at least where there is one, whatever its
--         size | {} there is no log, or it has begun anew since the part before
local meta = redis.call('HMGET', KEYS[1], 'e', 'f')
local epoch, before = meta[1] or '-', ARGV[4]
if before ~= '' and before ~= epoch and not string.find(',' .. (meta[2] or ''), ',' .. before .. ':', 1, true) then return {} end
local upto = ARGV[2]
if upto == '' then
  local newest = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)[1]
  if not newest then return {} end
  upto = string.match(newest[1], '^%d+')
end

local function field(entry, name)
  for i = 1, #entry, 2 do
    if entry[i] == name then return entry[i + 1] end
  end
  return ''
end

-- In steps of 4, 8, 16, 32, 64, 64 …: Redis copies 64 entries more than it answers at the most, however large they are.
local entries, bytes, from, step, full = {}, 0, ARGV[1], 4, false
repeat
  local found = redis.call('XRANGE', KEYS[2], '(' .. from .. '-0', upto .. '-0', 'COUNT', step)
  for _, entry in ipairs(found) do
    local body = field(entry[2], 'b')
    bytes = bytes + #body
    full = full or (#entries > 0 and bytes > tonumber(ARGV[3]))
    if not full then
      from = string.match(entry[1], '^%d+')
      for _, part in ipairs({from, field(entry[2], 't'), body}) do entries[#entries + 1] = part end
    end
  end
  full = full or #found < step
  step = math.min(step * 2, 64)
until full
return {epoch, upto, entries}
