-- Prelude of appends: what a tenant and its users retain (see Retained). Whoever publishes is '' (not counted), '+' (a service) or '+user'.
-- A log counts until it would be gone if nothing followed, rounded up to a 32nd of its age (ARGV 11): so what goes by its TTL goes out of
-- the count by itself. Meta (KEYS 1) has as 'k' what is counted: "until bytes founder". The founder, who began the log, has the channel;
-- who published an entry has its bytes, named in the entry's field 'u'.
local function till(at)
  local age = tonumber(ARGV[11])
  local step = math.max(1000, math.floor(age / 32))
  return math.ceil((at + age) / step) * step
end

-- Whether there is no room for an entry of so many bytes, and of what: nil where the log would not grow by it.
-- over: letters of what there is no more of: 'c' channels, 'b' bytes of the tenant, 'u' bytes of the user.
local function no_room(over, who, size)
  if over == '' then return nil end
  local head = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
  if not head and string.find(over, 'c', 1, true) then return 'retainedChannels' end
  if over == 'c' then return nil end
  local own = not string.find(over, 'u', 1, true) or head and '+' .. (head[2][8] or '') == who
  local bytes = tonumber(redis.call('HGET', KEYS[1], 'z') or '0') + size + OVERHEAD
  local full = head and (bytes > tonumber(ARGV[10])
    or redis.call('XLEN', KEYS[2]) >= tonumber(ARGV[9]) and #head[2][2] >= size)
  if own and full then return nil end
  return 'retainedBytes'
end

-- The fields of an entry: who published it is the last.
local function entry(who, body, now, by)
  local fields = {'b', body, 't', whole(now), 'p', by}
  if #who > 1 then fields[7], fields[8] = 'u', string.sub(who, 2) end
  return fields
end

-- Returns what changed, four values each: the user ('': the tenant), until when it counts, channels, bytes. To be called after trim, with
-- what it returned.
local function counted(who, size, now, bytes, gone, began)
  local rows = {}
  if who == '' then return rows end
  local function row(account, moment, channels, change)
    if moment > now and (channels ~= 0 or change ~= 0) then
      for _, value in ipairs({account, whole(moment), whole(channels), whole(change)}) do rows[#rows + 1] = value end
    end
  end
  local function channel(founder, moment, channels, change)
    row('', moment, channels, change)
    if founder ~= '' then row(founder, moment, channels, 0) end
  end
  local user, moment = string.sub(who, 2), till(now)
  local was, had, founder = string.match(redis.call('HGET', KEYS[1], 'k') or '', '^(%d+) (%d+) (.*)$')
  if was and (began or tonumber(was) ~= moment) then channel(founder, tonumber(was), -1, -tonumber(had)) end
  if began then founder = user end
  local counts = was and not began and tonumber(was) == moment
  channel(founder or '', moment, counts and 0 or 1, counts and bytes - tonumber(had) or bytes)
  redis.call('HSET', KEYS[1], 'k', whole(moment) .. ' ' .. whole(bytes) .. ' ' .. (founder or ''))
  if user ~= '' then row(user, moment, 0, size + OVERHEAD) end
  for _, one in ipairs(gone) do
    if one[1] ~= '' then row(one[1], till(one[2]), 0, -one[3]) end
  end
  return rows
end
