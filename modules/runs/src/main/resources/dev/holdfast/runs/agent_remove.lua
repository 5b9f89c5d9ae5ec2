-- Removes an agent of a tenant.
-- KEYS  1 agents: name → record
-- ARGV  1 deadline   2 name
-- Returns 1 | 0 there was none
in_time(ARGV[1])
return redis.call('HDEL', KEYS[1], ARGV[2])
