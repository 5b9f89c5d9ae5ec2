-- Attaches a connection to a session that lives and is the user's, or to a new one; never waits for who holds it now.
-- KEYS  1 session   2 subscriptions   3 publishing   4 meta   5 log of its channel          all in the session's slot
-- ARGV  1 'new', 'resume', or 'relist' (a resume for which the indexes of user and tenant were written)   2 user   3 roles   4 permissions   5 node   6 connection   7 client   8 address   9 linger in ms   10 TTL in ms
--       11 the client's instance, empty: none   12 the number of its attempt   13 whose data the server has (see RedisLink)   14 deadline
--       15 session id   16 epoch that the log of a new session's channel begins with, empty: it does not begin here
--       17 'digest:end' of the token, empty: it came by none
--       18... channel, 'epoch:seq' of the first cursors of a new session
-- Returns {'attached', generation, now, node before, connection before, generation before, subscriptions, published, grants}, where the three
--         before are empty if nobody held it, and subscriptions are channel, 'epoch:seq' by turns
--         | {'stale'}: a later attempt of the same client holds it; nothing changed
--         | {'refused'}: nothing changed (not there, another user's, ended, past its due time; new: the id is in use)
-- A generation never comes twice, also where this is an older copy of the data, which had lost some: if the record was last attached on
-- other data, the generation leaps over all that these may have given since, and by the time of day, so that two that go on from one copy,
-- one after the other, leap apart; 'leaps' keeps from where to where, the newest eight.
-- TTLs: the first three keys ARGV 10, meta 7 days as that of every log. A full Redis refuses a new session before anything changed (HSET comes first),
-- and never a resume.
in_time(ARGV[14])
local s = redis.call('HMGET', KEYS[1], 'user', 'state', 'due', 'gen', 'node', 'conn', 'inst', 'try', 'data', 'leaps', 'grants')
local now = now_ms()
if ARGV[1] == 'new' then
  if s[1] or s[2] then return {'refused'} end
  redis.call('HSET', KEYS[1], 'user', ARGV[2], 'created', now, 'aver', 0, 'listed', now)
  redis.call('DEL', KEYS[2], KEYS[3], KEYS[5])
  if ARGV[16] ~= '' then
    redis.call('HSET', KEYS[4], 'e', ARGV[16], 's', 0, 'r', ARGV[13], 'f', '', 'z', 0)
    redis.call('HSET', KEYS[2], 'session:' .. ARGV[15], ARGV[16] .. ':0', unpack(ARGV, 18))
    extend(604800000, KEYS[4])
  end
elseif s[1] ~= ARGV[2] or not lives(s[2], s[3]) then
  return {'refused'}
end
if ARGV[11] ~= '' and s[7] == ARGV[11] and tonumber(s[8]) > tonumber(ARGV[12]) then return {'stale'} end
if ARGV[1] ~= 'new' then keeps(KEYS[1]) end
if ARGV[1] == 'relist' then redis.call('HSET', KEYS[1], 'listed', now) end
local leaps = s[9] and s[9] ~= ARGV[13]
local before = tonumber(s[4] or '0')
local generation = string.format('%.0f', leaps and math.max(before + LEAP, now * LEAPS_PER_MS) or before + 1)
redis.call('HSET', KEYS[1], 'state', 'attached', 'gen', generation, 'node', ARGV[5], 'conn', ARGV[6], 'client', ARGV[7],
  'addr', ARGV[8], 'since', now, 'roles', ARGV[3], 'perms', ARGV[4], 'linger', ARGV[9], 'renewed', now,
  'inst', ARGV[11], 'try', ARGV[12], 'data', ARGV[13], 'tok', ARGV[17])
if leaps then
  local all = s[4] .. ':' .. generation .. ',' .. (s[10] or '')
  redis.call('HSET', KEYS[1], 'leaps', string.match(all, '^' .. string.rep('[%d:]*,?', 8)))
end
redis.call('HDEL', KEYS[1], 'due')
extend(ARGV[10], KEYS[1], KEYS[2], KEYS[3])
local held = s[2] == 'attached'
return {'attached', tonumber(generation), now, held and s[5] or '', held and s[6] or '', held and s[4] or '',
  redis.call('HGETALL', KEYS[2]), redis.call('SMEMBERS', KEYS[3]), s[11] or ''}
