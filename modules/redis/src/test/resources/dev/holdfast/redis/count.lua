-- Counts its calls, for tests.
-- KEYS  1 counter (no TTL, the server is thrown away)
-- ARGV  1 by
-- Returns {value, 'counted', nothing more}.
return {redis.call('INCRBY', KEYS[1], ARGV[1]), 'counted'}
