-- Claims a node whose lease has run out (or the claimer itself, which stops), to detach its sessions and bury it. From the first claim
-- on the node is dead: it can't renew its lease.
-- KEYS  1 leases   2 dead nodes   3 claim          all in the slot of the nodes
-- ARGV  1 node   2 claimer   3 TTL of the claim in ms
-- Returns 'claimed', also where the claimer had it already | 'taken' by another live node | 'live' | 'gone'
--         | 'lost': the claimer itself has no lease
-- TTL: claim ARGV 3. A claim of a node that has died counts no longer.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local function expiry(node) return tonumber(redis.call('ZSCORE', KEYS[1], node) or '-1') end

if expiry(ARGV[1]) < 0 then return 'gone' end
if ARGV[1] ~= ARGV[2] then
  if expiry(ARGV[2]) <= now or redis.call('ZSCORE', KEYS[2], ARGV[2]) then return 'lost' end
  if expiry(ARGV[1]) > now then return 'live' end
end
local by = redis.call('GET', KEYS[3])
if by and by ~= ARGV[2] and expiry(by) > now then return 'taken' end
redis.call('ZREM', KEYS[1], '') -- a full Redis lets the rest through
redis.call('SET', KEYS[3], ARGV[2], 'PX', ARGV[3])
redis.call('ZADD', KEYS[2], now, ARGV[1])
return 'claimed'
