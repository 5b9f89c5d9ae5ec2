-- Fails after it ran, for tests.
-- KEYS  none
-- ARGV  none
-- Returns nothing.
return redis.call('NO_SUCH_COMMAND')
