-- Says whose a session is, and whether it may be used. Changes nothing.
-- KEYS  1 session
-- Returns {user, 1 while it lives (0: ended, or past its due time)} | {} where there is none
local s = redis.call('HMGET', KEYS[1], 'user', 'state', 'due')
if not s[1] then return {} end
return {s[1], lives(s[2], s[3]) and 1 or 0}
