-- Puts an agent of a tenant.
-- KEYS  1 agents: name → record
-- ARGV  1 deadline   2 '1': the reserve of Redis is touched   3 name   4 record   5 most agents
-- Returns 1 | 0 there are as many as there may be
-- TTL: none. They stay until they are removed.
in_time(ARGV[1])
has_room(ARGV[2])
if redis.call('HEXISTS', KEYS[1], ARGV[3]) == 0 and redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[5]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[3], ARGV[4])
return 1
