-- Appends publications of one publisher, numbered from n: each once, in the publisher's order, fenced by its generation.
-- KEYS  1 meta   2 log   3 interest zset or session hash   4 publisher   5 names that its caller gave to publishers          all in the channel's slot
--       6 the node's journal, if it is to be written and in reach (see log_journal)
-- ARGV  1 epoch token   2 epoch offered   3 'z' or 's' (what KEYS 3 is)   4 generation   5 n   6 publisher's name
--       7 TTL of the publisher's key in ms   8 body   9 most entries   10 most bytes   11 longest age in ms   12 TTL of meta in ms
--       13 '1': the reserve of Redis is touched   14 most names in KEYS 5; 0: no caller named this one
--       15 who publishes (see log_count)   16 what there is no more room for (see log_room)   17 the version of the readers that is known
--       18 the node that appends, '' without a journal   19 the channel's name there   20 hash tags of this shard of a cluster
--       21... bodies of the publications after it
-- Returns, of a lone one: {'stored', epoch, seq, at, nodes, changes of counts, version} (see log_readers)
--         | {'over', limit} (that is reached)
--         | {'duplicate', epoch, seq} (empty where no longer known) | {'sequence', expected}
--         | {'fenced'} | {'names', ms until the oldest goes} (too many are kept) | {'gone'} (the session of a session: channel)
-- Of several: a list of these, in their order; it ends before one that can't be stored, if another one was. (One by one they say why.)
-- TTLs: meta ARGV 12, log its age, publisher and its name ARGV 7. XADD is the first write, so that a full Redis refuses before anything changed.
local token, offered, kind = ARGV[1], ARGV[2], ARGV[3]
local g, by = tonumber(ARGV[4]), ARGV[6]

local function append(n, body)
  local kept = redis.call('HMGET', KEYS[4], 'g', 'n', 'e', 's')
  if kind == 's' and not interested(KEYS[3], kind, 0) then return {'gone'} end
  local other = not_next(n, g, by, kept)
  if other then return other end

  local limit = no_room(ARGV[16], ARGV[15], #body)
  if limit then return {'over', limit} end
  has_room(ARGV[13])
  local now = now_ms()
  local most, over = tonumber(ARGV[14]), now - tonumber(ARGV[7])
  if most > 0 and not kept[1] and redis.call('ZCOUNT', KEYS[5], '(' .. whole(over), '+inf') >= most then
    local oldest = redis.call('ZRANGEBYSCORE', KEYS[5], '(' .. whole(over), '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
    return {'names', whole(tonumber(oldest[2]) - over)}
  end
  local epoch, top, _, k, v, noted = open_log(KEYS[1], KEYS[2], token, offered, ARGV[12])
  journal(now, noted, ARGV[18], ARGV[19], ARGV[20])
  local seq
  epoch, seq = put(epoch, top, offered, entry(ARGV[15], body, now, by .. '#' .. whole(n)))
  redis.call('HSET', KEYS[4], 'g', ARGV[4], 'n', whole(n), 'e', epoch, 's', seq)
  redis.call('PEXPIRE', KEYS[4], ARGV[7])
  if most > 0 then
    redis.call('ZREMRANGEBYSCORE', KEYS[5], '-inf', whole(over))
    redis.call('ZADD', KEYS[5], whole(now), by)
    redis.call('PEXPIRE', KEYS[5], ARGV[7])
  end
  local rows = counted(ARGV[15], #body, now, k, trim(KEYS[1], KEYS[2], #body, tonumber(seq), now))
  local nodes, version = readers(KEYS[3], kind, now, v, ARGV[17], offered)
  return {'stored', epoch, seq, whole(now), nodes, rows, version}
end

local first = tonumber(ARGV[5])
local all = {append(first, ARGV[8])}
if #ARGV == 20 then return all[1] end
for i = 21, #ARGV do
  local done, answer = pcall(append, first + i - 20, ARGV[i])
  if not done then break end
  all[#all + 1] = answer
end
return all
