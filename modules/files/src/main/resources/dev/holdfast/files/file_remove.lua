-- Ends a file for good, after its content, index entries and reservation are gone.
-- KEYS  1 file
-- Returns 1 where it was marked, else 0
if redis.call('HGET', KEYS[1], 'state') ~= 'deleted' then return 0 end
return redis.call('DEL', KEYS[1])
