-- Prelude of appends: what is refused where a tenant or a user has no more room (see Retained). A session's channel (ARGV 3) is none that
-- is counted.
local CHANNEL = ARGV[3] == 's' and 0 or 1

-- Whether there is no room for an entry of so many bytes, and of what: nil where the log would not grow by it.
-- over: letters of what there is no more of: 'c' channels, 'b' bytes of the tenant, 'u' bytes of the user. In a log at its bounds the new
-- entry takes the place of the one at its head, of a user of its own one; of a tenant of up to eight, as trim would take them.
local function no_room(over, who, size)
  if over == '' then return nil end
  local of_user = string.find(over, 'u', 1, true)
  local heads = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', string.find(over, 'b', 1, true) and 8 or 1)
  if #heads == 0 and CHANNEL == 1 and string.find(over, 'c', 1, true) then return 'retainedChannels' end
  if over == 'c' or #heads == 0 then return over ~= 'c' and 'retainedBytes' or nil end
  local bytes, most, head = tonumber(redis.call('HGET', KEYS[1], 'z') or '0') + size + OVERHEAD, tonumber(ARGV[10]), heads[1][2]
  local full, beyond = bytes > most or redis.call('XLEN', KEYS[2]) >= tonumber(ARGV[9]), bytes > most
  if full and #head[2] >= size and (not of_user or '+' .. (head[8] or '') == who) then return nil end
  for _, one in ipairs(heads) do bytes = bytes - #one[2][2] - OVERHEAD end
  return (of_user or not beyond or bytes > most) and 'retainedBytes' or nil
end
