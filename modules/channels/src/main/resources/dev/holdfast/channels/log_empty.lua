-- Prelude: epochs of logs that nothing was published to yet.
-- The meta of such a log goes with its readers' interest. A reader that comes back later, with its cursor at 0, has missed nothing, if
-- nothing can have been published and gone meanwhile: a log that something was published to lives longer than that, in these data.
-- So the epoch says when it was given, and in which data: '0', 11 hex digits of ms, 8 characters of the data's name, 4 of what was offered.

-- What is offered as an epoch, to a log without a publication with this mark.
local function marked(meta, offered, data)
  local top = redis.call('HGET', meta, 's')
  if #data < 8 or top and top ~= '0' then return offered end
  return string.format('0%011x', now_ms()) .. string.sub(data, 1, 8) .. string.sub(offered, 1, 4)
end

-- life: the shortest that a log's meta lives after an append, in ms; half of it, as clocks are set
local function missed_nothing(epoch, seq, data, life)
  if seq ~= 0 or #epoch ~= 24 or string.sub(epoch, 1, 1) ~= '0' then return false end
  local at = tonumber(string.sub(epoch, 2, 12), 16)
  return at and string.sub(epoch, 13, 20) == string.sub(data, 1, 8) and math.abs(now_ms() - at) < life / 2
end
