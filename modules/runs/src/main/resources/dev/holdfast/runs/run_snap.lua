-- Keeps a run's snapshot, unless a later one is kept. What is behind the log's top can't be a snapshot of what was lost with it.
-- The log then keeps what follows the snapshot before, its newest 512 entries, and those of the last ARGV 9 ms.
-- KEYS  1 record   2 snapshot   3 the log's meta   4 the log          all in the slot of the run's channel
-- ARGV  1 '1': the reserve of Redis is touched   2 generation   3 epoch   4 seq   5 publications of the run up to there
--       6 the owner's events up to there   7 document   8 TTL in ms   9 ms
-- Returns 'kept' | 'older' a later one is there | 'ahead' of the log | 'fenced'
-- TTL: ARGV 8.
local OVERHEAD = 64 -- of an entry, see log_trim

local function trim(upto, oldest)
  local freed, last, more = 0, nil, true
  while more and freed < 1048576 do
    local entries = redis.call('XRANGE', KEYS[4], last and '(' .. last or '-', whole(upto), 'COUNT', 64)
    more = #entries == 64
    for _, entry in ipairs(entries) do
      if tonumber(entry[2][4]) > oldest then more = false break end
      last, freed = entry[1], freed + #entry[2][2] + OVERHEAD
    end
  end
  if last then
    redis.call('XTRIM', KEYS[4], 'MINID', whole(tonumber(string.match(last, '^%d+')) + 1) .. '-0')
    redis.call('HINCRBY', KEYS[3], 'z', -freed)
  end
end

local r = redis.call('HMGET', KEYS[1], 'gen')
if r[1] ~= ARGV[2] then return 'fenced' end
local top = redis.call('HMGET', KEYS[3], 'e', 's')
if top[1] ~= ARGV[3] or tonumber(top[2] or '0') < tonumber(ARGV[4]) then return 'ahead' end
local before = redis.call('HMGET', KEYS[2], 'n', 's')
if tonumber(before[1] or '-1') > tonumber(ARGV[5]) then return 'older' end
has_room(ARGV[1])
redis.call('HSET', KEYS[2], 'e', ARGV[3], 's', ARGV[4], 'n', ARGV[5], 'u', ARGV[6], 'd', ARGV[7])
redis.call('PEXPIRE', KEYS[2], ARGV[8])
local upto = math.min(tonumber(before[2] or '0'), tonumber(top[2]) - 512)
if upto > 0 then trim(upto, now_ms() - tonumber(ARGV[9])) end
return 'kept'
