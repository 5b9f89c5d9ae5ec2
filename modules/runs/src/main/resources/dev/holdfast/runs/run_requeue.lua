-- Lets a run wait for another worker, if none of its events was published yet: what was said can't be unsaid.
-- KEYS  1 record   2 the log's publisher          both in the slot of the run's channel
-- ARGV  1 generation   2 'lost': only where its lease has passed; 'release': its worker gives it back, which costs no attempt   3 TTL of the publisher in ms
--       4 agent whose run it has to be; empty: of any
-- Returns {'queued', fields and values by turns} | {'final'} it can't | {'kept'} its lease has not passed | {'fenced'} | {} no run, or another agent's
local r = redis.call('HMGET', KEYS[1], 'state', 'gen', 'lease', 'attempt', 'attempts', 'cancelat', 'agent')
if not r[1] or ARGV[4] ~= '' and r[7] ~= ARGV[4] then return {} end
if r[1] ~= 'running' or r[2] ~= ARGV[1] then return {'fenced'} end
local now, attempt = now_ms(), tonumber(r[4])
if ARGV[2] == 'lost' and now <= tonumber(r[3]) then return {'kept'} end
if ARGV[2] == 'lost' and attempt >= tonumber(r[5]) or r[6] or tonumber(redis.call('HGET', KEYS[2], 'n') or '0') > 0 then return {'final'} end
keeps(KEYS[1])
fence(KEYS[1], KEYS[2], r[2], ARGV[3])
redis.call('HSET', KEYS[1], 'state', 'queued', 'queued', whole(now), 'attempt', ARGV[2] == 'lost' and attempt or attempt - 1)
redis.call('HDEL', KEYS[1], 'worker', 'claim', 'lease')
return {'queued', redis.call('HGETALL', KEYS[1])}
