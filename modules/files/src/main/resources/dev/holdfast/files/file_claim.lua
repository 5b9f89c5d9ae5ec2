-- Gives an upload to a new writer and fences the one before. Its bytes go to a part of its own, unless the last part was closed by
-- its writer: then it goes on with that.
-- KEYS  1 file
-- ARGV  1 offset at which it will write, -1: wherever it stands   2 idle time in ms   3 most parts
-- Returns {'granted', generation, part, length of the part, offset} | {'offset', where it stands} | {'parts'} too many | {} no upload
local f = redis.call('HMGET', KEYS[1], 'state', 'gen', 'off', 'parts', 'writer')
if f[1] ~= 'uploading' then return {} end
if ARGV[1] ~= '-1' and ARGV[1] ~= f[3] then return {'offset', tonumber(f[3])} end
local parts = parts_of(f[4])
local generation = tonumber(f[2]) + 1
local part, length = tostring(generation), 0
if (f[5] or '') == '' and #parts > 0 then
  part, length = parts[#parts][1], parts[#parts][2]
elseif #parts >= tonumber(ARGV[3]) then
  return {'parts'}
end
keeps(KEYS[1])
redis.call('HSET', KEYS[1], 'gen', generation, 'writer', generation)
keep(KEYS[1], ARGV[2])
return {'granted', generation, tonumber(part), length, tonumber(f[3])}
