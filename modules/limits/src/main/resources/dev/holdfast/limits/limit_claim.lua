-- Claims places of an account's counts for a node: as many as it wants, where all nodes together have no more than the limit, and at least those
-- that are in use. Places of nodes that are no more are free. A call that comes late changes nothing.
-- KEYS  1 claims of the account: "count node" -> "places version"
-- ARGV  1 node   2 version, rising in a node's life   3 TTL in ms   4 number of live nodes, then these
--       then for each count: its name, limit, in use (at most what is wanted), wanted
-- Returns for each count: what the node has now
-- TTL   as given, renewed by nodes that have places
redis.call('HDEL', KEYS[1], '')
local live, answer = {[ARGV[1]] = true}, {}
local first = 5 + tonumber(ARGV[4])
for i = 5, first - 1 do live[ARGV[i]] = true end
local sums, own = {}, {}
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local count, node = string.match(all[i], '^(%S+) (%S+)$')
  local places, version = string.match(all[i + 1], '^(%S+) (%S+)$')
  if not live[node] then
    redis.call('HDEL', KEYS[1], all[i])
  elseif node == ARGV[1] then
    own[count] = {tonumber(places), tonumber(version)}
  else
    sums[count] = (sums[count] or 0) + tonumber(places)
  end
end
for i = first, #ARGV, 4 do
  local count, field = ARGV[i], ARGV[i] .. ' ' .. ARGV[1]
  local had = own[count] or {0, 0}
  local places = math.min(tonumber(ARGV[i + 3]), tonumber(ARGV[i + 1]) - (sums[count] or 0))
  places = math.max(places, tonumber(ARGV[i + 2]))
  if had[2] > tonumber(ARGV[2]) then
    places = had[1]
  elseif places > 0 then
    redis.call('HSET', KEYS[1], field, string.format('%.0f %s', places, ARGV[2]))
  else
    redis.call('HDEL', KEYS[1], field)
  end
  answer[#answer + 1] = string.format('%.0f', places)
end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return answer
