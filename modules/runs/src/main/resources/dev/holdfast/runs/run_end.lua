-- Decides how a run ends, for good. From then on its worker can append nothing; what follows is to announce it.
-- KEYS  1 record   2 the log's publisher          both in the slot of the run's channel
-- ARGV  1 generation   2 why, which is checked: 'worker' says so, 'cancelled' and its grace has passed, 'worker_lost', 'no_worker' came,
--       'idle', 'timed_out', 'log_lost'   3 outcome   4 code   5 terminal event   6 TTL of the publisher in ms
--       7 publications before that event, which is checked for 'worker'
-- Returns {'ending', fields and values by turns} also where it was ended so before | {'over', the same} it ended otherwise
--         | {'fenced'} | {'kept'} it is not so | {'behind'} the log has other than ARGV 7 publications | {} no run
local r = redis.call('HMGET', KEYS[1], 'state', 'gen', 'endgen', 'lease', 'queued', 'active', 'started', 'cancelat', 'queuems', 'idlems', 'longestms', 'cause', 'held', 'created')
if not r[1] then return {} end
local state, now = r[1], now_ms()
if state == 'ending' or state == 'ended' then
  return {r[3] == ARGV[1] and r[12] == ARGV[2] and 'ending' or 'over', redis.call('HGETALL', KEYS[1])}
end
if r[2] ~= ARGV[1] then return {'fenced'} end
local function passed(at, ms) return at and now > tonumber(at) + tonumber(ms) end
local running = state == 'running'
local so = {
  worker = running, log_lost = running,
  cancelled = r[8] and now >= tonumber(r[8]),
  worker_lost = running and passed(r[4], 0),
  no_worker = not running and not r[13] and passed(r[5], r[9]),
  idle = running and passed(r[6], r[10]),
  timed_out = passed(r[7], r[11]) or r[13] and passed(r[14], r[11]),
}
if not so[ARGV[2]] then return {'kept'} end
if ARGV[2] == 'worker' and tonumber(redis.call('HGET', KEYS[2], 'n') or '0') ~= tonumber(ARGV[7]) then return {'behind'} end
keeps(KEYS[1])
fence(KEYS[1], KEYS[2], r[2], ARGV[6])
redis.call('HSET', KEYS[1], 'state', 'ending', 'endgen', r[2], 'cause', ARGV[2], 'outcome', ARGV[3], 'code', ARGV[4], 'terminal', ARGV[5], 'over', whole(now))
return {'ending', redis.call('HGETALL', KEYS[1])}
