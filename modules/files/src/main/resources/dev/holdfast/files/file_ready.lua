-- Makes an uploaded file visible, after its content is stored whole.
-- KEYS  1 file
-- ARGV  1 generation   2 SHA-256   3 content type   4 how long it lives in ms, 0: until it is deleted
-- Returns {'ready', fields and values by turns} also where it was before | {'fenced'} | {} no upload
local f = redis.call('HMGET', KEYS[1], 'state', 'gen', 'ver', 'off', 'size')
if f[1] == 'uploading' then
  if f[2] ~= ARGV[1] then return {'fenced'} end
  local life = tonumber(ARGV[4])
  keeps(KEYS[1])
  redis.call('HSET', KEYS[1], 'state', 'ready', 'sha', ARGV[2], 'type', ARGV[3], 'ver', tonumber(f[3]) + 1, 'off', f[5],
    'exp', life == 0 and 0 or now_ms() + life, 'told', 0)
  redis.call('HDEL', KEYS[1], 'parts', 'writer', 'due')
  redis.call('PERSIST', KEYS[1])
elseif f[1] ~= 'ready' then
  return {}
end
return {'ready', redis.call('HGETALL', KEYS[1])}
