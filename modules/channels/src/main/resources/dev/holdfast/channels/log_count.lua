-- Prelude of appends: what a tenant and its users retain (see Retained). Whoever publishes is '' (not counted), '+' (a service) or '+user'.
-- A log counts until it would be gone if nothing followed, rounded up to a 32nd of its age (ARGV 11): so what goes by its TTL goes out of
-- the count by itself. Meta (KEYS 1) has as 'k' "until founder": until when its 'z' bytes count. The founder, who began the log, has the
-- channel; who published an entry has its bytes, named in the entry's field 'u'. A session's channel (ARGV 3) goes with it: of that,
-- tenants have what users published, and no channel.
local function till(at)
  local age = tonumber(ARGV[11])
  local step = math.max(1000, math.floor(age / 32))
  return math.ceil((at + age) / step) * step
end

-- The fields of an entry: who published it is the last.
local function entry(who, body, now, by)
  local fields = {'b', body, 't', whole(now), 'p', by}
  if #who > 1 then fields[7], fields[8] = 'u', string.sub(who, 2) end
  return fields
end

-- Returns what changed, four values each: the user ('': the tenant), until when it counts, channels, bytes. Takes 'k' as it was, and what
-- trim returned.
local function counted(who, size, now, k, bytes, had, gone, began)
  local rows, user, moment = {}, string.sub(who, 2), till(now)
  if who == '' then return rows end
  local function row(account, at, channels, change)
    if at <= now or channels == 0 and change == 0 then return end
    local n = #rows
    rows[n + 1], rows[n + 2], rows[n + 3], rows[n + 4] = account, at, channels, change
  end
  local was, founder = string.match(k or '', '^(%d+) (.*)$')
  if CHANNEL == 0 then
    if user ~= '' then row('', moment, 0, size + OVERHEAD) end
  elseif tonumber(was) == moment and not began then
    row('', moment, 0, bytes - had)
  else
    if was then row('', tonumber(was), -1, -had) end
    if was and founder ~= '' then row(founder, tonumber(was), -1, 0) end
    founder = began and user or founder or ''
    row('', moment, 1, bytes)
    if founder ~= '' then row(founder, moment, 1, 0) end
    redis.call('HSET', KEYS[1], 'k', whole(moment) .. ' ' .. founder)
  end
  if user ~= '' then row(user, moment, 0, size + OVERHEAD) end
  for _, one in ipairs(gone) do
    if one[1] ~= '' then row(one[1], till(one[2]), 0, -one[3]) end
    if one[1] ~= '' and CHANNEL == 0 then row('', till(one[2]), 0, -one[3]) end
  end
  return rows
end
