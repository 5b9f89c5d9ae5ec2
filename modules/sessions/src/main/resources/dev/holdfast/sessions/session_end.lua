-- Ends a session in two steps, so that its end can be published in between: 'mark' (nothing can use it any more, and all but its record goes
-- at once: where Redis is full its end can't be published yet), then 'delete'.
-- KEYS  1 session   2 subscriptions   3 publishing   4 meta   5 log of its channel          all in the session's slot
-- ARGV  1 'mark' or 'delete'   2 mark: 'forced', or 'due' (only when detached and past its due time)   3 reason   4 TTL in ms   5 deadline of a forced end
-- Returns mark: {'ended', user, generation, node where it was attached (else empty), reason, channels published to} also where it was
--               marked before, then without channels
--               | {'attached', node} | {'detached', due} | {}: there is none, and what was left of it is deleted
--         delete: {}. Of a session that did not just expire its end is kept for 3 min, longer than nodes take to compare what they hold
--         with the records, so that a connection that missed the notice of it learns how its session ended.
-- TTLs: a marked session ARGV 4; what is kept of its end 3 min.
if ARGV[2] == 'forced' then in_time(ARGV[5]) end
local published = {}
local s = redis.call('HMGET', KEYS[1], 'user', 'state', 'due', 'gen', 'node', 'reason')
if not s[1] and s[2] == 'ended' then return {} end
if not s[1] or (ARGV[1] == 'delete' and s[2] == 'ended') then
  redis.call('DEL', unpack(KEYS))
  if s[1] and s[6] ~= 'expired' then
    redis.call('HSET', KEYS[1], 'state', 'ended', 'gen', s[4] or '0', 'reason', s[6])
    redis.call('PEXPIRE', KEYS[1], 180000)
  end
  return {}
end
if ARGV[1] == 'delete' then return {} end
if s[2] ~= 'ended' then
  if ARGV[2] == 'due' and s[2] == 'attached' then return {'attached', s[5] or ''} end
  if ARGV[2] == 'due' and lives(s[2], s[3]) then return {'detached', tonumber(s[3])} end
  keeps(KEYS[1])
  redis.call('HSET', KEYS[1], 'state', 'ended', 'reason', ARGV[3])
  extend(ARGV[4], KEYS[1])
  published = redis.call('SMEMBERS', KEYS[3])
  redis.call('DEL', unpack(KEYS, 2))
  s[6] = ARGV[3]
end
return {'ended', s[1], tonumber(s[4] or '0'), s[5] or '', s[6], published}
