-- Prelude of the run scripts.
local function whole(number) return string.format('%.0f', number) end

local function now_ms()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

-- A full Redis (maxmemory) refuses a script at its first write, if that may need memory, and never later. What keeps or frees begins with
-- this write, which needs none and changes nothing; what adds does not. The table is in the README of redis.
local function keeps(hash) redis.call('HDEL', hash, '') end

-- Ends the script where its deadline has passed: what comes late, on a connection that was given up, is not done.
local function in_time(deadline)
  if now_ms() > tonumber(deadline) then error('-LATE past its deadline, nothing done') end
end

-- Ends the script where a node saw that the server has no more than its reserve left (see Reserve): what follows would add.
local function has_room(refuse)
  if refuse == '1' then error('-OOM the reserve is touched, nothing done') end
end

-- Gives a run the next generation, and keeps what older ones append out of its log, as log_fence does. life is the TTL of the publisher.
-- It is of the clock: an older copy of Redis would otherwise give the same one out twice.
local function fence(record, publisher, generation, life)
  local g = whole(math.max(tonumber(generation) + 1, now_ms()))
  redis.call('HSET', record, 'gen', g)
  redis.call('HSET', publisher, 'g', g)
  redis.call('PEXPIRE', publisher, life)
  return g
end
