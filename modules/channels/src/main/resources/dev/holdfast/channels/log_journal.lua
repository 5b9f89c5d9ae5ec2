-- Prelude of appends: the journal of the node that appends (KEYS[6]; none where it is not in reach of the script), which says to which
-- channels it published: others read it if this node's hints did not come. A channel is in it once a second at most: meta's 'j' says
-- which node noted it last, and when.
-- TTL: an hour from the last entry. Bound: 10,000 entries and up to a hundred, which are trimmed at once.
local function journal(now, noted, node, channel)
  if not KEYS[6] then return end
  local by, at = string.match(noted or '', '^(%S+) (%d+)$')
  if by == node and now >= tonumber(at) and now - tonumber(at) < 1000 then return end
  redis.call('XADD', KEYS[6], 'MAXLEN', '~', 10000, '*', 'c', channel)
  redis.call('PEXPIRE', KEYS[6], 3600000)
  redis.call('HSET', KEYS[1], 'j', node .. ' ' .. whole(now))
end
