-- Deletes a thread, unless a run of it is active.
-- KEYS  1 thread   2 its runs   3 its document          all in the thread's slot
-- Returns 1 | 0 a run is active
if redis.call('HEXISTS', KEYS[1], 'active') == 1 then return 0 end
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])
return 1
