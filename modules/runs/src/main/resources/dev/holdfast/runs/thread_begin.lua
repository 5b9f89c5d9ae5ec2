-- Lets a run be the active one of its thread, unless another is, or it leaves a question to people open that the last run has asked.
-- KEYS  1 thread   2 its runs: run → Redis ms of its beginning          both in the thread's slot
-- ARGV  1 deadline   2 '1': the reserve of Redis is touched   3 run   4 a run that may be replaced, or empty   5 most runs kept
--       6 TTL in ms   7 ms that the start of that run may take: only one that began before is replaced; '0' it has ended
--       8 JSON: ids of the questions that it answers; empty: it takes no account of them   9… fields and values of a new thread by turns
-- Returns {'begun'} | {'busy', the run that is active} | {'open', the questions that it does not answer} | {'answered', those that were not asked}
-- TTLs: both ARGV 6.
in_time(ARGV[1])
local active = redis.call('HGET', KEYS[1], 'active') or ''
if active ~= '' and active ~= ARGV[3] then
  local began = tonumber(redis.call('ZSCORE', KEYS[2], active) or '0')
  if active ~= ARGV[4] or now_ms() < began + tonumber(ARGV[7]) then return {'busy', active} end
end
local asked, by, last = unpack(redis.call('HMGET', KEYS[1], 'asked', 'askedby', 'last'))
if asked and by == last and ARGV[8] ~= '' and active ~= ARGV[3] then
  local answers, open, others, now = {}, {'open'}, {'answered'}, now_ms()
  for _, id in ipairs(cjson.decode(ARGV[8])) do answers[id] = true end
  for _, one in ipairs(cjson.decode(asked)) do
    local lapsed = one['until'] ~= 0 and one['until'] <= now
    if not lapsed and not answers[one.id] then open[#open + 1] = one.id end
    answers[one.id] = nil -- one that has lapsed may be answered, and need not be
  end
  for id in pairs(answers) do others[#others + 1] = id end
  if #others > 1 then return others end
  if #open > 1 then return open end
end
has_room(ARGV[2])
local now = whole(now_ms())
redis.call('HSET', KEYS[1], 'active', ARGV[3], 'changed', now)
redis.call('HSETNX', KEYS[1], 'created', now)
for i = 9, #ARGV, 2 do redis.call('HSETNX', KEYS[1], ARGV[i], ARGV[i + 1]) end
redis.call('ZADD', KEYS[2], now, ARGV[3])
redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -tonumber(ARGV[5]) - 1)
redis.call('PEXPIRE', KEYS[1], ARGV[6])
redis.call('PEXPIRE', KEYS[2], ARGV[6])
return {'begun'}
