-- Lists threads of a user, the one that changed last first.
-- KEYS  1 threads: thread → its last change, in Redis s
-- ARGV  1 the last change of the last one that is known; empty: none is   2 that thread   3 most
-- Returns threads and their changes by turns, one thread more than the most if there are more
-- Those of the same second are in the order of their names. Members are compared here by their bytes, as Redis orders them; Lua's < would
-- go by the server's locale.
local function is_less(a, b)
  for i = 1, math.min(#a, #b) do
    local x, y = a:byte(i), b:byte(i)
    if x ~= y then return x < y end
  end
  return #a < #b
end
local from = 0
if ARGV[1] ~= '' then
  from = redis.call('ZCOUNT', KEYS[1], '(' .. ARGV[1], '+inf')
  for _, thread in ipairs(redis.call('ZREVRANGEBYSCORE', KEYS[1], ARGV[1], ARGV[1])) do
    if is_less(thread, ARGV[2]) then break end
    from = from + 1
  end
end
return redis.call('ZREVRANGE', KEYS[1], from, from + tonumber(ARGV[3]), 'WITHSCORES')
