-- The epoch of the counters: which server counts, since when, and whether all that is still held is known to it.
-- A server that lost its data, was restarted or took over from another one begins a new epoch; its counters begin anew.
--
-- KEYS[1]  {deployment}:epoch
-- ARGV     'beat', process, how many processes it knew of, longest gathering in milliseconds: this process is alive. An
--          epoch is begun if there is none of this server. It is opened if as many have joined it, or if it was gathering
--          for so long.
--          'join', process, number: all that the process holds is known to this epoch.
-- A server that may throw keys away is an error: a budget whose counter is gone would begin anew, and be spent twice.
-- Answers  its number, its state, how many processes are alive (heard of in the last 5 seconds).

local ALIVE_MS = 5000
local call = redis.call
local clock = call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local server = string.match(call('INFO', 'server'), 'run_id:(%w+)')
local epoch = call('HMGET', KEYS[1], 'number', 'server', 'state', 'begun')
local tag = string.sub(KEYS[1], 1, -6)
local verb, process = ARGV[1], ARGV[2]

local memory = call('INFO', 'memory')
local most, policy = string.match(memory, 'maxmemory:(%d+)'), string.match(memory, 'maxmemory_policy:([%w-]+)')
if most ~= '0' and policy ~= 'noeviction' then
  return redis.error_reply('EVICTS maxmemory-policy is ' .. policy .. '; the ledger needs noeviction')
end

if verb == 'beat' and epoch[2] ~= server then
  if epoch[1] then call('DEL', tag .. epoch[1] .. ':since', tag .. epoch[1] .. ':joined', tag .. 'alive') end
  local number = string.format('%.0f', math.max(now, (tonumber(epoch[1]) or 0) + 1))
  epoch = {number, server, 'gathering', now}
  call('HSET', KEYS[1], 'number', number, 'server', server, 'state', 'gathering', 'begun', now)
end
local joined = tag .. epoch[1] .. ':joined'
if verb == 'join' and epoch[1] == ARGV[3] then
  call('SADD', joined, process)
elseif verb == 'beat' then
  call('ZADD', tag .. 'alive', now, process)
  call('ZREMRANGEBYSCORE', tag .. 'alive', '-inf', now - ALIVE_MS)
  if epoch[3] == 'gathering' and call('SISMEMBER', joined, process) == 1
    and (call('SCARD', joined) >= tonumber(ARGV[3]) or now - epoch[4] >= tonumber(ARGV[4])) then
    epoch[3] = 'open'
    call('HSET', KEYS[1], 'state', 'open')
  end
end
return {tonumber(epoch[1]), epoch[3], call('ZCARD', tag .. 'alive')}
