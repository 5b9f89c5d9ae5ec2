-- Second prelude of the session scripts: what a session reads.
-- The three channels that every session reads; only their cursors are kept with the subscriptions.
local function own_channels(user, id)
  return {['tenant'] = true, ['user:' .. user] = true, ['session:' .. id] = true}
end

-- Moves stored cursors, given as channel, epoch, seq from ARGV[first] on: of channels that are subscribed, and of the session's own.
-- Within one epoch a cursor never goes back.
local function store_cursors(session, subscriptions, id, first)
  local own = own_channels(redis.call('HGET', session, 'user') or '', id)
  for i = first, #ARGV, 3 do
    local channel, epoch, seq = ARGV[i], ARGV[i + 1], ARGV[i + 2]
    local kept = redis.call('HGET', subscriptions, channel)
    local kept_epoch, kept_seq = string.match(kept or '', '^(.+):(%d+)$')
    local back = kept_epoch == epoch and tonumber(kept_seq) >= tonumber(seq)
    if (kept or own[channel]) and not back then
      redis.call('HSET', subscriptions, channel, epoch .. ':' .. seq)
    end
  end
end
