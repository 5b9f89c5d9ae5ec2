-- Appends one publication of a caller that numbers nothing: once per idempotency key, or each time where there is no key.
-- KEYS  1 meta   2 log   3 interest zset or session hash   4 hash of keys   5 zset of keys by ms     all in the channel's slot
--       6 the node's journal, if it is to be written and in reach (see log_journal)
-- ARGV  1 epoch token   2 epoch offered   3 'z' or 's' (what KEYS 3 is)   4 digest of caller and key, '' without one
--       5 fingerprint of event and data   6 most keys   7 ms that a key is kept   8 body   9 most entries   10 most bytes
--       11 longest age in ms   12 TTL of meta in ms   13 '1': the reserve of Redis is touched
--       14 who publishes (see log_count)   15 what there is no more room for (see log_room)   16 the version of the readers that is known
--       17 the node that appends, '' without a journal   18 the channel's name there   19 hash tags of this shard of a cluster
-- Returns {'stored', epoch, seq, at, nodes, changes of counts, version} (see log_readers) | {'over', limit} (that is reached)
--         | {'duplicate', epoch, seq}
--         | {'conflict'} (the key came with something else)
--         | {'full', ms until the oldest key goes} (too many are kept) | {'gone'} (the session of a session: channel)
-- TTLs: meta ARGV 12, log its age, KEYS 4 and 5 ARGV 7 from the last keyed append; up to 64 keys that are over go with each.
local offered, kind, body = ARGV[2], ARGV[3], ARGV[8]
local digest, fingerprint, keep = ARGV[4], ARGV[5], tonumber(ARGV[7])
local now = now_ms()
if kind == 's' and not interested(KEYS[3], kind, 0) then return {'gone'} end
if digest ~= '' then
  local since = tonumber(redis.call('ZSCORE', KEYS[5], digest) or '0')
  local kept = since > now - keep and redis.call('HGET', KEYS[4], digest)
  if kept then
    local was, e, s = string.match(kept, '^(%S+) (%S+) (%d+)$')
    if was ~= fingerprint then return {'conflict'} end
    return {'duplicate', e, s}
  end
  if redis.call('ZCOUNT', KEYS[5], '(' .. whole(now - keep), '+inf') >= tonumber(ARGV[6]) then
    local oldest = redis.call('ZRANGEBYSCORE', KEYS[5], '(' .. whole(now - keep), '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
    return {'full', whole(tonumber(oldest[2]) + keep - now)}
  end
end

local over_limit = no_room(ARGV[15], ARGV[14], #body)
if over_limit then return {'over', over_limit} end
has_room(ARGV[13])
local epoch, top, _, k, v, noted = open_log(KEYS[1], KEYS[2], ARGV[1], offered, ARGV[12])
journal(now, noted, ARGV[17], ARGV[18], ARGV[19])
local seq
epoch, seq = put(epoch, top, offered, entry(ARGV[14], body, now, '-'))
if digest ~= '' then
  local over = redis.call('ZRANGEBYSCORE', KEYS[5], '-inf', whole(now - keep), 'LIMIT', 0, 64)
  if #over > 0 then
    redis.call('ZREM', KEYS[5], unpack(over))
    redis.call('HDEL', KEYS[4], unpack(over))
  end
  redis.call('HSET', KEYS[4], digest, fingerprint .. ' ' .. epoch .. ' ' .. seq)
  redis.call('ZADD', KEYS[5], whole(now), digest)
  redis.call('PEXPIRE', KEYS[4], ARGV[7])
  redis.call('PEXPIRE', KEYS[5], ARGV[7])
end
local rows = counted(ARGV[14], #body, now, k, trim(KEYS[1], KEYS[2], #body, tonumber(seq), now))
local nodes, version = readers(KEYS[3], kind, now, v, ARGV[16], offered)
return {'stored', epoch, seq, whole(now), nodes, rows, version}
