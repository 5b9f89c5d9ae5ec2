-- Answers what it was given, for tests.
-- KEYS  any number
-- ARGV  any number
-- Returns {keys, args, false, a number}.
return {KEYS, ARGV, false, 42}
