-- Prelude: one entry at the end of the log (KEYS 2) whose meta (KEYS 1) is open, with its TTL of ARGV 11 ms; meta's is ARGV 12.
-- Its XADD is to be a script's first write, so that a full Redis refuses before anything changed. Returns epoch, seq.
local function put(epoch, top, offered, fields)
  local seq = whole(top + 1)
  if type(redis.pcall('XADD', KEYS[2], seq .. '-0', unpack(fields))) == 'table' then
    -- Refused: Redis is full, or a stream that is ahead of its meta: that one is not this log's.
    if redis.call('XLEN', KEYS[2]) > 0 and tonumber(string.match(
        redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)[1][1], '^%d+')) > top then
      redis.call('DEL', KEYS[2])
      redis.call('HSET', KEYS[1], 'e', offered, 'f', '', 'z', 0)
      epoch = offered
    end
    redis.call('XADD', KEYS[2], seq .. '-0', unpack(fields))
  end
  redis.call('HSET', KEYS[1], 's', seq)
  redis.call('PEXPIRE', KEYS[1], ARGV[12])
  redis.call('PEXPIRE', KEYS[2], ARGV[11])
  return epoch, seq
end
