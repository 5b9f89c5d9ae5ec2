-- Prelude of the session scripts.
local function now_ms()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

-- Ends the script where its deadline has passed: what comes late, on a connection that was given up, is not done.
local function in_time(deadline)
  if now_ms() > tonumber(deadline) then error('-LATE past its deadline, nothing done') end
end

-- A full Redis (maxmemory) refuses a script at its first write, if that may need memory, and never later. What keeps or frees begins with
-- this write, which needs none and changes nothing; what adds does not. The table is in the README of redis.
local function keeps(hash) redis.call('HDEL', hash, '') end

-- Whether a session may still be used: attached, or detached and not past its due time (the sweeper may be late).
local function lives(state, due)
  return state == 'attached' or (state == 'detached' and now_ms() < tonumber(due or '0'))
end

-- How far generations go on at least where Redis has gone to other data, and how they follow its clock then (which may be behind); and
-- whether one was given by data that these never had. What was attached since may be an older attempt of the same client, that came late:
-- so it is not said to have taken the session.
local LEAP, LEAPS_PER_MS = 1048576, 1024
local function leapt_over(leaps, generation)
  for from, to in string.gmatch(leaps or '', '(%d+):(%d+)') do
    if generation > tonumber(from) and generation < tonumber(to) then return true end
  end
  return false
end

-- Whether what carries this generation may change the session: 'ok' for its holder, and for a service (0) while it lives. Else why not:
-- 'lost'      this attachment is not known, or its session expired though the connection thought that it held it: Redis went back to
--             an older state, or the node could not renew what it holds. Nobody is known to have taken the session from it.
-- 'fenced'    a later attachment is known
-- 'ended', 'revoked'   the session was ended on purpose, see session_end
-- 'detached'  nobody holds it since: its node was taken for dead, and does not know yet
local function verdict(session, generation)
  local s = redis.call('HMGET', session, 'gen', 'state', 'due', 'reason', 'leaps')
  if generation == '0' then return lives(s[2], s[3]) and 'ok' or 'none' end
  local kept, carried = tonumber(s[1] or '-1'), tonumber(generation)
  if kept < carried then return 'lost' end
  local ended = s[2] == 'ended'
  if ended and s[4] ~= 'expired' then return s[4] == 'revoked' and 'revoked' or 'ended' end
  if kept > carried then return leapt_over(s[5], carried) and 'lost' or 'fenced' end
  return s[2] == 'attached' and 'ok' or s[2] == 'detached' and 'detached' or 'lost'
end

local function extend(ttl, ...)
  for _, key in ipairs({...}) do redis.call('PEXPIRE', key, ttl) end
end
