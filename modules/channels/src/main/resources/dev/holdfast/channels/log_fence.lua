-- Refuses a publisher's older generations from now on; its n stays.
-- KEYS  1 publisher          ARGV  1 generation   2 TTL in ms
-- TTL: ARGV 2, long enough to outlive any publication that is still under way.
local kept = tonumber(redis.call('HGET', KEYS[1], 'g') or '-1')
redis.call('HDEL', KEYS[1], '') -- a full Redis lets the rest through: no resume waits for memory
if tonumber(ARGV[1]) > kept then redis.call('HSET', KEYS[1], 'g', ARGV[1]) end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 'OK'
