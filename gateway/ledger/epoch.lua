-- The epoch of the counters: which server counts, since when, and whether all that is still held is known to it.
-- A server that lost its data, was restarted or took over from another one begins a new epoch; its counters begin anew.
--
-- KEYS[1]  {deployment}:epoch
-- ARGV[1]  'begin': if there is none of this server. 'open': the one with the number ARGV[2], at least ARGV[3]
--          milliseconds after it began.
-- Answers  its number, its state, and how many milliseconds ago it began.

local call = redis.call
local clock = call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local server = string.match(call('INFO', 'server'), 'run_id:(%w+)')
local epoch = call('HMGET', KEYS[1], 'number', 'server', 'state', 'begun')

if ARGV[1] == 'begin' and epoch[2] ~= server then
  if epoch[1] then call('DEL', string.sub(KEYS[1], 1, -6) .. epoch[1] .. ':since') end
  local number = string.format('%.0f', math.max(now, (tonumber(epoch[1]) or 0) + 1))
  call('HSET', KEYS[1], 'number', number, 'server', server, 'state', 'gathering', 'begun', now)
elseif ARGV[1] == 'open' and epoch[2] == server and epoch[1] == ARGV[2] and now - epoch[4] >= tonumber(ARGV[3]) then
  call('HSET', KEYS[1], 'state', 'open')
end
epoch = call('HMGET', KEYS[1], 'number', 'server', 'state', 'begun')
return {tonumber(epoch[1]), epoch[3], now - epoch[4]}
