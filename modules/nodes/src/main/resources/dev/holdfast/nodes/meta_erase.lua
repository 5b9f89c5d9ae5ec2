-- Deletes the meta of a log, and says what is counted of the log: to one of those who delete it at the same time.
-- KEYS  1 meta
-- Returns {'k' and 'z' of it (see log_count; empty where it was not counted)} | {} there is none
-- TTL: nothing is written.
local counted = redis.call('HMGET', KEYS[1], 'k', 'z')
if redis.call('UNLINK', KEYS[1]) == 0 then return {} end
return {counted[1] or '', counted[2] or '0'}
