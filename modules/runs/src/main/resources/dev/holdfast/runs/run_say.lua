-- Says something to a run that goes on. Said again it is the same entry; all of it is taken, in order, or nothing.
-- KEYS  1 record   2 inbox          both in the slot of the run's channel
-- ARGV  1 deadline   2 '1': the reserve of Redis is touched   3 most entries   4 most bytes of them together   5 TTL of the inbox in ms
--       6 who   7… of each its key and a digest of it (12 characters each), kind, id, JSON, by turns
-- Returns {'said', how many of it are new} | {'over'} the run ends, or is cancelled | {'full'} | {'other', index} its key has another content
--         | {} no run
-- TTL: ARGV 5. The record keeps the last 256 keys.
local LENGTH, KEPT, STEP = 12, 256, 5

local r = redis.call('HMGET', KEYS[1], 'state', 'cancelat', 'said', 'saidkeys')
if not r[1] then return {} end
in_time(ARGV[1])
local keys, known = r[4] or '', {}
for at = 1, #keys, 2 * LENGTH do
  known[string.sub(keys, at, at + LENGTH - 1)] = string.sub(keys, at + LENGTH, at + 2 * LENGTH - 1)
end
local fresh, bytes = {}, 0
for at = 7, #ARGV, STEP do
  local before = known[ARGV[at]]
  if before and before ~= ARGV[at + 1] then return {'other', (at - 7) / STEP} end
  if not before then
    known[ARGV[at]] = ARGV[at + 1]
    fresh[#fresh + 1] = at
    bytes = bytes + #ARGV[at + 4]
  end
end
if #fresh == 0 then return {'said', 0} end
if r[2] or r[1] ~= 'queued' and r[1] ~= 'running' then return {'over'} end
has_room(ARGV[2])
local entries = redis.call('XRANGE', KEYS[2], '-', '+')
for _, entry in ipairs(entries) do bytes = bytes + #entry[2][8] end
if #entries + #fresh > tonumber(ARGV[3]) or bytes > tonumber(ARGV[4]) then return {'full'} end
-- Numbers are of the clock, as generations are: an older copy of Redis would otherwise give the same one out twice.
local n = tonumber(r[3] or '0')
for _, at in ipairs(fresh) do
  n = math.max(n + 1, now_ms())
  redis.call('XADD', KEYS[2], whole(n) .. '-0', 'k', ARGV[at + 2], 'i', ARGV[at + 3], 'b', ARGV[6], 'd', ARGV[at + 4])
  keys = keys .. ARGV[at] .. ARGV[at + 1]
end
redis.call('HSET', KEYS[1], 'said', whole(n), 'saidkeys', string.sub(keys, -2 * LENGTH * KEPT))
redis.call('PEXPIRE', KEYS[2], ARGV[5])
return {'said', #fresh}
