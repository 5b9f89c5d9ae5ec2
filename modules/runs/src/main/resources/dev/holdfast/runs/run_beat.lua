-- Renews the lease of the worker that has the run. A lease that has passed is renewed, too, as long as nobody took the run.
-- KEYS  1 record
-- ARGV  1 generation   2 '1': it has appended since the last beat   3 agent whose run it has to be; empty: of any
-- Returns {'held', end of the lease in Redis ms, '1' or '': it is to be cancelled, its length in ms} | {'fenced'} | {'over'} the run is ending or has ended | {} no run, or another agent's
local r = redis.call('HMGET', KEYS[1], 'state', 'gen', 'leasems', 'cancelat', 'endgen', 'agent')
if not r[1] or ARGV[3] ~= '' and r[6] ~= ARGV[3] then return {} end
if r[5] == ARGV[1] then return {'over'} end
if r[1] ~= 'running' or r[2] ~= ARGV[1] then return {'fenced'} end
keeps(KEYS[1])
local now = now_ms()
local lease = whole(now + tonumber(r[3]))
redis.call('HSET', KEYS[1], 'lease', lease)
if ARGV[2] == '1' then redis.call('HSET', KEYS[1], 'active', whole(now)) end
return {'held', lease, r[4] and '1' or '', r[3]}
