-- Prelude of the log scripts: the log's meta, brought in force.
-- Meta missing: the log begins anew with the epoch offered, and a stream that is left over goes.
-- Another token: the server's data are not those that the log was last written to; the log goes on as the epoch offered, seq goes on,
-- and the fork "old epoch:top" is noted (the newest 16). Meta lives life ms from the last append, interest or use of a consumer.
-- A token is <20 digits of the run id>-<20 of the replication id>. The second half is held against what the server says now: a
-- connection may outlive that its server was demoted, took over older data, and was promoted again. OTHERDATA breaks the link.
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

-- Returns epoch, top, forks, what is counted of it (see log_count), the version of its readers (see log_readers), and who noted it
-- in a journal (see log_journal); nil where there is no log and no life is given to a new one.
local function open_log(meta, log, token, offered, life)
  if not string.find(redis.call('INFO', 'replication'), 'master_replid:' .. string.sub(token, 22), 1, true) then
    error('-OTHERDATA the server has other data than when this connection was made, nothing done')
  end
  local m = redis.call('HMGET', meta, 'e', 's', 'r', 'f', 'k', 'v', 'j')
  local epoch, top, forks = m[1], tonumber(m[2] or ''), m[4] or ''
  if not epoch or not top then
    if not life then return nil end
    -- HSET first: a full Redis refuses a log that is new.
    redis.call('HSET', meta, 'e', offered, 's', 0, 'r', token, 'f', '', 'z', 0)
    redis.call('DEL', log)
    redis.call('PEXPIRE', meta, life)
    return offered, 0, ''
  end
  if m[3] ~= token then
    local kept, count = epoch .. ':' .. whole(top), 1
    for fork in string.gmatch(forks, '[^,]+') do
      if count < 16 then kept, count = kept .. ',' .. fork, count + 1 end
    end
    epoch, forks = offered, kept
    if not life then keeps(meta) end
    redis.call('HSET', meta, 'e', epoch, 'r', token, 'f', forks)
  end
  return epoch, top, forks, m[5], m[6], m[7]
end
