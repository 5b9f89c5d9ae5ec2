-- Takes tokens out of an account's buckets, of each as many as there are of what is wanted. A bucket fills by its rate, up to a quarter of a second's worth
-- (at least 1); one that is not there is full.
-- KEYS  1 rates of the account: name -> "tokens ms"
-- ARGV  for each rate: its name, tokens per second (> 0), wanted (> 0)
-- Returns for each rate: granted, ms until there is one more (0: all that was wanted was granted)
-- TTL   10 s: every bucket is full by then
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + tonumber(time[2]) / 1000
local answer = {}
for i = 1, #ARGV, 3 do
  local rate, wanted = tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2])
  local most = math.max(1, rate / 4)
  local tokens, at = string.match(redis.call('HGET', KEYS[1], ARGV[i]) or '', '^(%S+) (%S+)$')
  tokens = tokens and math.min(most, tonumber(tokens) + math.max(0, now - tonumber(at)) * rate / 1000) or most
  local granted = math.min(wanted, math.floor(tokens))
  tokens = tokens - granted
  redis.call('HSET', KEYS[1], ARGV[i], string.format('%.3f %.3f', tokens, now))
  answer[#answer + 1] = string.format('%.0f', granted)
  answer[#answer + 1] = granted < wanted and math.min(1000, math.ceil((1 - tokens) * 1000 / rate)) or 0
end
redis.call('PEXPIRE', KEYS[1], 10000)
return answer
