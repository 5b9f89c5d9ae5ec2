-- Makes the record of a file that is to be uploaded; its bytes were reserved before.
-- KEYS  1 file
-- ARGV  1 Redis ms after which it is too late (the reservation may be taken back)   2 idle time in ms   3 its generation: 1 where who asks is its first writer, else 0
--       4... fields and values by turns
-- Returns {'made', fields and values by turns} | {'late'} | {'exists'}
-- TTL: idle time and a day.
if now_ms() > tonumber(ARGV[1]) then return {'late'} end
if redis.call('EXISTS', KEYS[1]) == 1 then return {'exists'} end
redis.call('HSET', KEYS[1], 'created', now_ms(), 'state', 'uploading', 'gen', ARGV[3], 'ver', 1, 'off', 0, unpack(ARGV, 4))
if ARGV[3] ~= '0' then redis.call('HSET', KEYS[1], 'writer', ARGV[3]) end
keep(KEYS[1], ARGV[2])
return {'made', redis.call('HGETALL', KEYS[1])}
