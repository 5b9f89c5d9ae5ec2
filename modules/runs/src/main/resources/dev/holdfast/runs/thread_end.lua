-- Ends the active run of a thread, and keeps what the thread has come to. A run that waits for the thread waits no more.
-- KEYS  1 thread   2 its runs   3 its document          all in the thread's slot
-- ARGV  1 run   2 document   3 TTL in ms   4 JSON: the questions to people that it leaves open: [{id, until: Redis ms, 0 for ever}];
--       'lapse': those before may still be answered, and need not be; 'none': it is not known which
-- Returns 1 | 0 this run is not the active one
-- TTLs: all ARGV 3.
local active, waiting = unpack(redis.call('HMGET', KEYS[1], 'active', 'queue'))
if active ~= ARGV[1] then
  local queue = {}
  for run in string.gmatch(waiting or '', '%S+') do
    if run ~= ARGV[1] then queue[#queue + 1] = run end
  end
  if waiting then
    keeps(KEYS[1])
    redis.call('HSET', KEYS[1], 'queue', table.concat(queue, ' '))
  end
  return 0
end
local asked = ARGV[4]
if asked == 'lapse' then
  local before, by, last = unpack(redis.call('HMGET', KEYS[1], 'asked', 'askedby', 'last'))
  asked = 'none'
  if before and by == last then
    local questions = cjson.decode(before)
    for _, one in ipairs(questions) do one['until'] = 1 end
    asked = #questions > 0 and cjson.encode(questions) or before
  end
end
redis.call('SET', KEYS[3], ARGV[2], 'PX', ARGV[3])
redis.call('HDEL', KEYS[1], 'active')
redis.call('HSET', KEYS[1], 'changed', whole(now_ms()), 'last', ARGV[1])
if asked == 'none' then
  redis.call('HDEL', KEYS[1], 'asked', 'askedby')
else
  redis.call('HSET', KEYS[1], 'asked', asked, 'askedby', ARGV[1])
end
redis.call('HINCRBY', KEYS[1], 'ver', 1)
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
return 1
