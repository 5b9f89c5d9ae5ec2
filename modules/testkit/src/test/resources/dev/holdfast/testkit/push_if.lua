-- Pushes a number, and answers whose data they are.
-- KEYS: list, another key of its slot. ARGV: number, epoch token, deadline
redis.call('RPUSH', KEYS[1], ARGV[1])
redis.call('SET', KEYS[2], ARGV[1])
return { ARGV[2], string.match(redis.call('INFO', 'server'), 'run_id:(%x+)'), ARGV[3] }
