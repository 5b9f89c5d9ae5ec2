-- Adds what a run took to a day of its tenant.
-- KEYS  1 day: 'r kind name' → runs, 's kind name' → their ms, 't kind name' → their tokens; 'n kind' → names of that kind
-- ARGV  1 '1': the reserve of Redis is touched   2 TTL in ms   3… for each row: kind, name, most names of that kind, ms, tokens
-- Returns 1
-- TTL: ARGV 2, from the last run of the day.
has_room(ARGV[1])
for i = 3, #ARGV, 5 do
  local kind, name = ARGV[i], ARGV[i + 1]
  local of = kind .. ' ' .. name
  if name ~= '' and redis.call('HEXISTS', KEYS[1], 'r ' .. of) == 0 then
    if tonumber(redis.call('HGET', KEYS[1], 'n ' .. kind) or '0') < tonumber(ARGV[i + 2]) then
      redis.call('HINCRBY', KEYS[1], 'n ' .. kind, 1)
    else
      of = kind .. ' '
    end
  end
  redis.call('HINCRBY', KEYS[1], 'r ' .. of, 1)
  redis.call('HINCRBY', KEYS[1], 's ' .. of, ARGV[i + 3])
  redis.call('HINCRBY', KEYS[1], 't ' .. of, ARGV[i + 4])
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
