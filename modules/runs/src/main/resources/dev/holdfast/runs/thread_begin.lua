-- Lets a run be the active one of its thread, unless another is, or is before it, or it leaves a question to people open; or lets it wait for that.
-- KEYS  1 thread   2 its runs: run → Redis ms of its beginning          both in the thread's slot
-- ARGV  1 deadline   2 '1': the reserve of Redis is touched   3 run   4 a run that may be replaced, or empty   5 most runs kept
--       6 TTL in ms   7 ms that the start of that run may take: only one that began before is replaced; '0' it has ended
--       8 JSON: ids of the questions that it answers; empty: it takes no account of them
--       9 if it can't begin: 'reject' it; 'enqueue', 'interrupt' let it wait, as the last or the first one; 'look': it does not begin if it can, either;
--         'turn': it begins if it waits, or is active
--       10 most that wait   11… fields and values of a new thread by turns
-- Returns {'begun'} | {'busy', the run that is active or before it; itself: it does not wait} | {'held', the same: it waits} | {'full'} too many wait | {'open', the questions that it does not answer} | {'answered', those that were not asked}
-- TTLs: both ARGV 6.
in_time(ARGV[1])
local run, way, now = ARGV[3], ARGV[9], now_ms()
local function stays(other) return other ~= ARGV[4] or now < tonumber(redis.call('ZSCORE', KEYS[2], other) or '0') + tonumber(ARGV[7]) end
local active, waiting, asked, by, last = unpack(redis.call('HMGET', KEYS[1], 'active', 'queue', 'asked', 'askedby', 'last'))
local queue, waits, dropped = {}, false, false
for other in string.gmatch(waiting or '', '%S+') do
  waits = waits or other == run
  if stays(other) then queue[#queue + 1] = other else dropped = true end
end
if active and active ~= run and not stays(active) then active = false end
local function keep()
  if #queue > 0 then redis.call('HSET', KEYS[1], 'queue', table.concat(queue, ' ')) elseif waiting then redis.call('HDEL', KEYS[1], 'queue') end
end
local function note()
  keep()
  redis.call('ZADD', KEYS[2], whole(now), run)
  redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -tonumber(ARGV[5]) - 1)
  for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ARGV[6]) end
end
local before, answers = active or queue[1], ARGV[8] == '' and {} or cjson.decode(ARGV[8])
if before and before ~= run then
  if dropped then keep() end
  if way ~= 'enqueue' and way ~= 'interrupt' then return {'busy', before} end
  if #answers > 0 then return {'answered', unpack(answers)} end -- nothing is asked while it is busy
  if waits then return {'held', before} end
  if #queue >= tonumber(ARGV[10]) then return {'full'} end
  has_room(ARGV[2])
  table.insert(queue, way == 'enqueue' and #queue + 1 or 1, run)
  note()
  return {'held', before}
end
if asked and by == last and ARGV[8] ~= '' and active ~= run then
  local given, open, others = {}, {'open'}, {'answered'}
  for _, id in ipairs(answers) do given[id] = true end
  for _, one in ipairs(cjson.decode(asked)) do
    local lapsed = one['until'] ~= 0 and one['until'] <= now
    if not lapsed and not given[one.id] then open[#open + 1] = one.id end
    given[one.id] = nil -- one that has lapsed may be answered, and need not be
  end
  for id in pairs(given) do others[#others + 1] = id end
  if #others > 1 or #open > 1 then return #others > 1 and others or open end
end
if way == 'look' then return {'begun'} elseif way == 'turn' and not waits and active ~= run then return {'busy', run} end
has_room(ARGV[2])
if queue[1] == run then table.remove(queue, 1) end
redis.call('HSET', KEYS[1], 'active', run, 'changed', whole(now))
redis.call('HSETNX', KEYS[1], 'created', whole(now))
for i = 11, #ARGV, 2 do redis.call('HSETNX', KEYS[1], ARGV[i], ARGV[i + 1]) end
note()
return {'begun'}
