-- Answers which nodes a volatile publication goes to; stores nothing but drops expired interest.
-- KEYS  1 interest zset or session hash          ARGV  1 'z' or 's'
-- Returns {at, nodes} | {'gone'}
local now = now_ms()
local nodes = interested(KEYS[1], ARGV[1], now)
if not nodes then return {'gone'} end
return {whole(now), nodes}
