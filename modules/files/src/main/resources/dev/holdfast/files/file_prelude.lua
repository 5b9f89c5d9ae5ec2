-- Prelude of the file scripts.
local function now_ms()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

-- An upload's committed parts, 'part:length,part:length', as a list of {part, length}.
local function parts_of(text)
  local parts = {}
  for part, length in string.gmatch(text or '', '(%d+):(%d+)') do parts[#parts + 1] = {part, tonumber(length)} end
  return parts
end

-- A full Redis (maxmemory) refuses a script at its first write, if that may need memory, and never later. What keeps or frees begins with
-- this write, which needs none and changes nothing; what adds does not. The table is in the README of redis.
local function keeps(hash) redis.call('HDEL', hash, '') end

-- An upload is alive for so long after its last sign of life; its key's TTL is a backstop, a day later.
local function keep(record, idle)
  redis.call('HSET', record, 'due', now_ms() + tonumber(idle))
  redis.call('PEXPIRE', record, tonumber(idle) + 86400000)
end
