-- Begins the end of a file: from now on it is as if it had never been; what it takes is removed afterwards.
-- KEYS  1 file
-- ARGV  1 reason   2 'any', or 'due': only an upload that showed no sign of life, or a file that is past its time
-- Returns {'marked', fields and values by turns} also where it was before | {'kept', due in Redis ms, 0: never} | {} there is none
local f = redis.call('HMGET', KEYS[1], 'state', 'due', 'exp', 'ver')
if not f[1] then return {} end
if f[1] ~= 'deleted' then
  local due = tonumber((f[1] == 'uploading' and f[2] or f[3]) or '0')
  if ARGV[2] == 'due' and (due == 0 or now_ms() < due) then return {'kept', due} end
  keeps(KEYS[1])
  redis.call('HSET', KEYS[1], 'state', 'deleted', 'was', f[1], 'reason', ARGV[1], 'ver', tonumber(f[4] or '0') + 1)
  redis.call('PERSIST', KEYS[1])
end
return {'marked', redis.call('HGETALL', KEYS[1])}
