-- Prelude of log_append: the answer to a publication that is not its publisher's next, of which `kept` is what is known of the publisher
-- (g, n, e, s); nil for the next.
local function not_next(n, g, by, kept)
  local g0, n0 = tonumber(kept[1] or '0'), tonumber(kept[2] or '0')
  if g < g0 then return {'fenced'} end
  -- A service numbers anew under a newer generation: what has these numbers is another publication.
  if g > g0 and n <= n0 and string.sub(by, 1, 2) == 'p-' then return {'sequence', whole(n0 + 1)} end
  if n == n0 then return {'duplicate', kept[3] or '', kept[4] or ''} end
  if n > n0 then return n > n0 + 1 and {'sequence', whole(n0 + 1)} or nil end
  local found = redis.call('XREVRANGE', KEYS[2], (kept[4] or '0') .. '-0', '-', 'COUNT', 256)
  for _, entry in ipairs(found) do
    if entry[2][6] == by .. '#' .. whole(n) then
      return {'duplicate', redis.call('HGET', KEYS[1], 'e') or '', string.match(entry[1], '^%d+')}
    end
  end
  return {'duplicate', '', ''}
end
