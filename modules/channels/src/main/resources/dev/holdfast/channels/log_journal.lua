-- Prelude of appends: the journal of the node that appends, which says to which channels it published: others read it if this node's
-- hints did not come. A channel is in it once a second at most: meta's 'j' says which node noted it last, and when.
-- It is KEYS[6]; in a cluster a key in another slot of this server: under the first of the hash tags given whose slot is in reach, as a
-- slot may be on its way ('': there are none, and nothing is noted). Such a key can't be declared. If none is in reach, nothing is done
-- and the call is made again. So it comes before the append.
-- TTL: an hour from the last entry. Bound: 10,000 entries, in a cluster 100,000, as it is read from further back there; and up to a
-- hundred, which are trimmed at once.
local function journal_key(node, tags)
  if KEYS[6] then return KEYS[6] end
  for tag in string.gmatch(tags, '%S+') do
    local key = 'hf:jrnl:{' .. tag .. '}:' .. node
    if type(redis.pcall('EXISTS', key)) ~= 'table' then return key end
  end
  error('-TRYAGAIN the journal moves, nothing done')
end

local function journal(now, noted, node, channel, tags)
  if not KEYS[6] and (node == '' or tags == '') then return end
  local by, at = string.match(noted or '', '^(%S+) (%d+)$')
  if by == node and now >= tonumber(at) and now - tonumber(at) < 1000 then return end
  local key = journal_key(node, tags)
  redis.call('XADD', key, 'MAXLEN', '~', KEYS[6] and 10000 or 100000, '*', 'c', channel)
  redis.call('PEXPIRE', key, 3600000)
  redis.call('HSET', KEYS[1], 'j', node .. ' ' .. whole(now))
end
