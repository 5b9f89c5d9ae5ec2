-- Erases a run, and for a while keeps out of its log what its worker, or who ends it, still sends.
-- KEYS  1 record   2 input   3 snapshot   4 the log's meta   5 the log   6 the log's publisher   7 inbox          all in the slot of the run's channel
-- ARGV  1 owner whose it has to be; empty: anybody's   2 ms for which late events are kept out
-- Returns {keys that are gone, 'k' and 'z' of the meta (see log_count; empty where it was not counted)} | {} no such run
-- TTL: publisher ARGV 2. It keeps its generation alone.
local r = redis.call('HMGET', KEYS[1], 'owner', 'gen')
if not r[1] or ARGV[1] ~= '' and r[1] ~= ARGV[1] then return {} end
local counted = redis.call('HMGET', KEYS[4], 'k', 'z')
local gone = redis.call('UNLINK', KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[7])
local time = redis.call('TIME')
-- Of the clock, as run_prelude gives them: greater than any that this run has had.
local g = math.max(tonumber(r[2] or '0') + 1, tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
redis.call('DEL', KEYS[6])
redis.call('HSET', KEYS[6], 'g', string.format('%.0f', g))
redis.call('PEXPIRE', KEYS[6], ARGV[2])
return {gone, counted[1] or '', counted[2] or '0'}
