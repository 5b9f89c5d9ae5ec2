-- Commits what the holder of an upload has written. Committed bytes never change again.
-- KEYS  1 file
-- ARGV  1 generation   2 part   3 its length now   4 1: it writes no more, the part is closed   5 idle time in ms
-- Returns {'at', offset, fields and values by turns} | {'fenced'} | {'large'} beyond the size, nothing changed | {} no upload
local f = redis.call('HMGET', KEYS[1], 'state', 'gen', 'parts', 'size')
if f[1] ~= 'uploading' then return {} end
if f[2] ~= ARGV[1] then return {'fenced'} end
local parts, length = parts_of(f[3]), tonumber(ARGV[3])
if #parts > 0 and parts[#parts][1] == ARGV[2] then
  parts[#parts][2] = math.max(parts[#parts][2], length)
elseif length > 0 then
  parts[#parts + 1] = {ARGV[2], length}
end
local offset, text = 0, {}
for i, part in ipairs(parts) do
  offset = offset + part[2]
  text[i] = part[1] .. ':' .. string.format('%.0f', part[2])
end
if offset > tonumber(f[4]) then return {'large'} end
keeps(KEYS[1])
redis.call('HSET', KEYS[1], 'parts', table.concat(text, ','), 'off', string.format('%.0f', offset))
if ARGV[4] == '1' then redis.call('HSET', KEYS[1], 'writer', '') end
keep(KEYS[1], ARGV[5])
return {'at', offset, redis.call('HGETALL', KEYS[1])}
