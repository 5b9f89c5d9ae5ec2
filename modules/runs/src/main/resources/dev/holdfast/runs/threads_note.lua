-- Notes that a thread of a user has changed, and how large it is.
-- KEYS  1 threads: thread → its last change, in Redis s   2 their sizes: thread → bytes          both in the user's slot
-- ARGV  1 thread   2 bytes of what it has left; empty: as before   3 most threads   4 most bytes of all   5 TTL in ms   6 most that is returned
-- Returns the threads that are beyond that, the oldest first. They are to be deleted, and to be taken from here after that.
-- TTLs: both ARGV 5.
redis.call('ZADD', KEYS[1], math.floor(now_ms() / 1000), ARGV[1])
if ARGV[2] ~= '' then redis.call('HSET', KEYS[2], ARGV[1], ARGV[2]) end
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('PEXPIRE', KEYS[2], ARGV[5])
local bytes = 0
for _, size in ipairs(redis.call('HVALS', KEYS[2])) do bytes = bytes + tonumber(size) end
local count, most, most_bytes, over = redis.call('ZCARD', KEYS[1]), tonumber(ARGV[3]), tonumber(ARGV[4]), {}
if count <= most and bytes <= most_bytes then return over end
for _, thread in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  if count <= most and bytes <= most_bytes or #over >= tonumber(ARGV[6]) then break end
  local size = tonumber(redis.call('HGET', KEYS[2], thread) or '0')
  if thread ~= ARGV[1] and (count > most or size > 0) then
    over[#over + 1] = thread
    count, bytes = count - 1, bytes - size
  end
end
return over
