-- Says whose a session is, and whether it may be used. Changes nothing.
-- KEYS  1 session
-- ARGV  1 age in ms from which the entries in the indexes of user and tenant are to be written again
-- Returns {user, 1 while it lives (0: ended, or past its due time), 1 while these entries are younger} | {} where there is none
local s = redis.call('HMGET', KEYS[1], 'user', 'state', 'due', 'listed')
if not s[1] then return {} end
local young = now_ms() - tonumber(s[4] or '0') < tonumber(ARGV[1])
return {s[1], lives(s[2], s[3]) and 1 or 0, young and 1 or 0}
