-- The epoch of the counters: which server counts, since when, and whether all that is still held is known to it.
-- A server that lost its data, was restarted or took over from another one begins a new epoch; its counters begin anew:
--   gathering  each process says up to where its records are told (its cut): what ended before is counted by the records,
--              what is held now or ended later it says itself
--   telling    all cuts are known, so counters can begin with the records; each process says what it holds
--   open       all have
--
-- KEYS[1]  {deployment}:epoch
-- ARGV     'beat', process, how many processes it knew of, longest time of a state and shortest of gathering in milliseconds,
--          the number of an epoch that must not go on (0: none): this process is alive. An epoch is begun if there is none
--          of this server. The next state is entered when as many have done their part and everybody who is alive has, or
--          after so long.
--          'join', process, number, writer, its boot, cut     'told', process, number
--          'cuts', process, number: each writer and its cut, one after the other
--          'orphans', process, number: of processes that are not alive the writer, its boot, and holds; of all who ask, one
--          in five seconds is told
-- A server that may throw keys away is an error: a budget whose counter is gone would begin anew, and be spent twice.
-- Answers  'beat': its number, its state, how many processes are alive (heard of in the last 5 seconds).

local ALIVE_MS = 5000
local MOST_ORPHANS = 200
local MOST_LOOKED_AT = 1000
local call = redis.call
local clock = call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local server = string.match(call('INFO', 'server'), 'run_id:(%w+)')
local epoch = call('HMGET', KEYS[1], 'number', 'server', 'state', 'begun')
local tag = string.sub(KEYS[1], 1, -6)
local verb, process = ARGV[1], ARGV[2]

local function forget(number)
  local old = tag .. number
  for _, holder in ipairs(call('SMEMBERS', old .. ':holders')) do
    for _, id in ipairs(call('SMEMBERS', old .. ':open:' .. holder)) do call('UNLINK', old .. ':hold:' .. id) end
    call('UNLINK', old .. ':open:' .. holder)
  end
  for _, name in ipairs({'since', 'joined', 'told', 'cuts', 'logs', 'holders', 'swept'}) do call('UNLINK', old .. ':' .. name) end
  call('UNLINK', tag .. 'alive')
end

-- Those that are held. Of what has ended or was not worth keeping any longer nothing is left to settle: it is unlisted.
local function still_held(base, holder, ids)
  local held = {}
  for _, id in ipairs(ids) do
    if call('STRLEN', base .. 'hold:' .. id) > 0 then held[#held + 1] = id
    else call('SREM', base .. 'open:' .. holder, id) end
  end
  return held
end

local function all_of(set, wanted)
  if call('SISMEMBER', set, process) == 0 then return false end
  local since, longest = now - epoch[4], tonumber(ARGV[4])
  if since >= longest then return true end
  for _, living in ipairs(call('ZRANGE', tag .. 'alive', 0, -1)) do
    if call('SISMEMBER', set, living) == 0 then return false end
  end
  return call('SCARD', set) >= wanted
end

local function enter(state)
  epoch[3], epoch[4] = state, now
  call('HSET', KEYS[1], 'state', state, 'begun', now)
end

if verb ~= 'beat' then
  if epoch[1] ~= ARGV[3] or epoch[2] ~= server then return redis.error_reply('EPOCH the counters began anew') end
  local base = tag .. epoch[1] .. ':'
  if verb == 'join' then
    call('HSET', base .. 'cuts', ARGV[4], ARGV[6])
    call('HSET', base .. 'logs', process, cmsgpack.pack({ARGV[4], tonumber(ARGV[5])}))
    call('SADD', base .. 'joined', process)
  elseif verb == 'told' then
    call('SADD', base .. 'told', process)
  elseif verb == 'cuts' then
    return call('HGETALL', base .. 'cuts')
  elseif verb == 'orphans' then
    local found, many, looked_at = {}, 0, 0
    if epoch[3] ~= 'open' or not call('SET', base .. 'swept', process, 'NX', 'PX', ALIVE_MS) then return found end
    for _, holder in ipairs(call('SMEMBERS', base .. 'holders')) do
      if not call('ZSCORE', tag .. 'alive', holder) then
        local some = call('SRANDMEMBER', base .. 'open:' .. holder, MOST_ORPHANS)
        if #some == 0 then
          call('SREM', base .. 'holders', holder)
        else
          local held = still_held(base, holder, some)
          if #held > 0 then
            local log = call('HGET', base .. 'logs', holder)
            log = log and cmsgpack.unpack(log) or {'', 0}
            found[#found + 1] = {log[1], log[2], held}
          end
          many, looked_at = many + #held, looked_at + #some
          if many >= MOST_ORPHANS or looked_at >= MOST_LOOKED_AT then return found end
        end
      end
    end
    return found
  end
  return 0
end

local memory = call('INFO', 'memory')
local most, policy = string.match(memory, 'maxmemory:(%d+)'), string.match(memory, 'maxmemory_policy:([%w-]+)')
if most ~= '0' and policy ~= 'noeviction' then
  return redis.error_reply('EVICTS maxmemory-policy is ' .. policy .. '; the ledger needs noeviction')
end
if epoch[2] ~= server or epoch[1] == ARGV[6] then
  if epoch[1] then forget(epoch[1]) end
  local number = string.format('%.0f', math.max(now, (tonumber(epoch[1]) or 0) + 1))
  epoch = {number, server, 'gathering', now}
  call('HSET', KEYS[1], 'number', number, 'server', server, 'state', 'gathering', 'begun', now)
end
local base = tag .. epoch[1] .. ':'
call('ZADD', tag .. 'alive', now, process)
call('ZREMRANGEBYSCORE', tag .. 'alive', '-inf', now - ALIVE_MS)
call('SADD', base .. 'holders', process)
if epoch[3] == 'gathering' and now - epoch[4] >= tonumber(ARGV[5])
  and all_of(base .. 'joined', tonumber(ARGV[3])) then
  enter('telling')
elseif epoch[3] == 'telling' and all_of(base .. 'told', call('SCARD', base .. 'joined')) then
  enter('open')
end
return {tonumber(epoch[1]), epoch[3], call('ZCARD', tag .. 'alive')}
