-- The book of a ledger in Redis: a list of operations (gateway/ledger/operations.py), one after the other, each whole or
-- not at all. gateway/ledger/book.py does the same in memory, function for function.
--
-- KEYS[1]  the epoch: {deployment}:epoch. Every other key begins with the same hash tag, so all are in one slot.
-- ARGV[1]  MessagePack: the number of the epoch that is meant, the operations, and the process that asks.
-- Answers  MessagePack: {now in ms, number of the epoch, its state, an answer for each operation}.
--
-- In the state "void" nothing was done: the counters are lost, this server is not the one they were counted by, or the
-- epoch is another one: whoever asks must say first what it holds.
-- In the states "gathering" and "telling" nothing can be reserved: live gateways say what they hold.
-- Each operation reads all that it needs before it writes, so that where a slot is being moved (a read of a key that has
-- gone is an error then) it has done nothing.

local SLICES = 50
local KEPT_MS = 7 * 86400000
local TOMBSTONE_MS = 60000
local FOREVER_MS = 253402300800000

local call, floor, max = redis.call, math.floor, math.max
local asked = cmsgpack.unpack(ARGV[1])
local clock = call('TIME')
local now = clock[1] * 1000 + floor(clock[2] / 1000)
local server = string.match(call('INFO', 'server'), 'run_id:(%w+)')
local epoch = call('HMGET', KEYS[1], 'number', 'server', 'state')
if not epoch[1] or epoch[2] ~= server or tonumber(epoch[1]) ~= asked[1] then
  return cmsgpack.pack({now, 0, 'void', {}})
end
local number, state = tonumber(epoch[1]), epoch[3]
local base = string.sub(KEYS[1], 1, -6) .. epoch[1] .. ':'
local since_key = base .. 'since'
local process = asked[3] or ''
local OF_RECORD = 'records'

-- Counters: a table with what is known of one, as of now.

local function read_window(key, span)
  local slice = max(floor(span / SLICES), 1)
  local back = math.ceil(span / slice)
  local window = {key = key, span = span, slice = slice, back = back, size = back + 1}
  local seen = floor(now / slice)
  local kept = call('HMGET', key, 'last', 'total', 'offset')
  if not kept[1] then
    window.last, window.total, window.offset, window.fresh = seen, 0, 0, true
    return window
  end
  window.last, window.total, window.offset = tonumber(kept[1]), tonumber(kept[2]), tonumber(kept[3])
  local at = seen + window.offset
  if at < window.last - back then
    window.offset = window.last - seen
    call('HSET', key, 'offset', window.offset)
  end
  if at <= window.last then return window end
  if at - window.last > back then
    call('DEL', key)
    window.total = 0
  else
    local places = {}
    for passed = window.last + 1, at do places[#places + 1] = passed % window.size end
    for _, counted in ipairs(call('HMGET', key, unpack(places))) do
      if counted then window.total = window.total - counted end
    end
    call('HDEL', key, unpack(places))
  end
  window.last = at
  call('HSET', key, 'last', at, 'total', window.total, 'offset', window.offset)
  call('PEXPIRE', key, 2 * span + 1000)
  return window
end

local function add_to_window(window, amount)
  if window.fresh then
    call('HSET', window.key, 'last', window.last, 'total', 0, 'offset', window.offset)
    call('PEXPIRE', window.key, 2 * window.span + 1000)
    window.fresh = nil
  end
  call('HINCRBY', window.key, window.last % window.size, amount)
  call('HINCRBY', window.key, 'total', amount)
  return window.last
end

local function give_back(key, span, slice, amount)
  local window = read_window(key, span)
  if slice < window.last - window.back or slice > window.last then return end
  local place = slice % window.size
  local returned = math.min(amount, tonumber(call('HGET', key, place) or 0))
  if returned > 0 then
    call('HINCRBY', key, place, -returned)
    call('HINCRBY', key, 'total', -returned)
  end
end

local function room_in_window(window, amount, most)
  local needed = window.total + amount - most
  local places = {}
  for slice = window.last - window.back, window.last do places[#places + 1] = slice % window.size end
  for at, counted in ipairs(call('HMGET', window.key, unpack(places))) do
    if counted then needed = needed - counted end
    if needed <= 0 then
      local slice = window.last - window.back + at - 1
      return max((slice + window.back + 1 - window.offset) * window.slice - now, 1)
    end
  end
  return -1
end

-- Demands: arrays as in gateway/ledger/demand.py.

local KIND, KEY, AMOUNT, MOST, SPAN, FROM, UNTIL, EXCEEDED, ENTRY = 1, 2, 3, 4, 5, 6, 7, 8, 9

local function unprimed(demand)
  local since = call('HGET', since_key, demand[ENTRY])
  if not since then
    since = now
    call('HSET', since_key, demand[ENTRY], now)
  end
  if demand[KIND] == 'budget' then return demand[FROM] < tonumber(since) end
  return now - demand[SPAN] < tonumber(since)
end

-- What fits, and what the counter is; nil: something may have been used before this counter began to count.
local function left(demand)
  local key = base .. demand[KEY]
  local kind = demand[KIND]
  if kind == 'budget' then
    local kept = call('HMGET', key, 'spent', 'reserved')
    if not kept[1] then
      if unprimed(demand) then return nil end
      return demand[MOST], {key = key, fresh = true}
    end
    return demand[MOST] - kept[1] - kept[2], {key = key}
  elseif kind == 'concurrent' then
    call('ZREMRANGEBYSCORE', key, '-inf', now)
    return demand[MOST] - call('ZCARD', key), {key = key}
  end
  local window = read_window(key, demand[SPAN])
  if window.fresh and unprimed(demand) then return nil end
  return demand[MOST] - window.total, window
end

local function make_purse(demand, key, spent)
  call('HSET', key, 'spent', spent, 'reserved', 0)
  if demand[UNTIL] ~= FOREVER_MS then call('PEXPIREAT', key, demand[UNTIL] + KEPT_MS) end
end

local function lease(key, id, lease_ms)
  call('ZADD', key, now + lease_ms, id)
  if call('PTTL', key) < 2 * lease_ms then call('PEXPIRE', key, 3 * lease_ms) end
end

-- What a hold keeps of it: kind, key, amount, where in a window, length.
local function take(id, demand, counter)
  local kind, amount, slice = demand[KIND], demand[AMOUNT], 0
  if kind == 'budget' then
    if counter.fresh then make_purse(demand, counter.key, 0) end
    call('HINCRBY', counter.key, 'reserved', amount)
  elseif kind == 'concurrent' then
    lease(counter.key, id, demand[SPAN])
  else
    slice = add_to_window(counter, amount)
  end
  return {kind, demand[KEY], amount, slice, demand[SPAN]}
end

-- How long a hold is worth keeping: as long as what it took may still count.
local function worth_ms(demands)
  local longest = 1000
  for _, demand in ipairs(demands) do
    local ms = 3 * demand[SPAN]
    if demand[KIND] == 'budget' then ms = demand[UNTIL] + KEPT_MS - now end
    longest = max(longest, ms)
  end
  return longest
end

-- What it holds, whether it has ended, and whose it is.
local function open_hold(id)
  local kept = call('GET', base .. 'hold:' .. id)
  if not kept then return nil, false end
  if kept == '' then return nil, true end
  local hold = cmsgpack.unpack(kept)
  return hold[2], false, hold[1]
end

local function unlist(id, owner)
  call('SREM', base .. 'open:' .. owner, id)
end

-- Where a hold has outlived what it was kept for, nobody knows whose it was: the one who asks may still have it listed.
local function end_hold(id, owner)
  call('SET', base .. 'hold:' .. id, '', 'PX', TOMBSTONE_MS)
  unlist(id, owner or process)
end

local function keep_hold(id, items, demands, owner)
  call('SET', base .. 'hold:' .. id, cmsgpack.pack({owner, items}), 'PX', worth_ms(demands))
  call('SADD', base .. 'open:' .. owner, id)
end

-- Operations.

local function short_of(demand, place, fits, counter)
  local after = -1
  if demand[AMOUNT] <= demand[MOST] then
    if demand[KIND] == 'budget' then after = demand[UNTIL] - now
    elseif demand[KIND] == 'concurrent' then after = 0
    else after = room_in_window(counter, demand[AMOUNT], demand[MOST]) end
  end
  return {place - 1, max(fits, 0), after}
end

local function try(id, choice, demands)
  local missing, short, above, counters, yields = {}, {}, {}, {}, true
  for place, demand in ipairs(demands) do
    if demand[KIND] == 'budget' and (now < demand[FROM] or now >= demand[UNTIL]) then return {'passed'} end
    local fits, counter = left(demand)
    counters[place] = counter
    if not fits then
      missing[#missing + 1] = place - 1
    elseif fits < demand[AMOUNT] then
      if demand[EXCEEDED] == 'warn' then
        above[#above + 1] = place - 1
      else
        short[#short + 1] = short_of(demand, place, fits, counter)
        yields = yields and demand[EXCEEDED] == 'downgrade'
      end
    end
  end
  if #missing > 0 then return {'unprimed', choice, missing} end
  if #short > 0 then return {'refused', choice, short}, yields end
  local items = {}
  for place, demand in ipairs(demands) do items[place] = take(id, demand, counters[place]) end
  keep_hold(id, items, demands, process)
  return {'taken', choice, above}
end

local does = {}

function does.reserve(operation)
  local id, choices = operation[2], operation[3]
  local held, cancelled = open_hold(id)
  if held then return {'taken', 0, {}} end
  if cancelled then return {'gone'} end
  local answer, yields
  for choice, demands in ipairs(choices) do
    answer, yields = try(id, choice - 1, demands)
    if not yields then return answer end
  end
  return answer
end

function does.settle(operation)
  local id, nano_usd, tokens = operation[2], operation[3], operation[4]
  local budgets = {}
  local held, _, owner = open_hold(id)
  if not held then
    unlist(id, process)
    return {'settled', budgets}
  end
  for _, item in ipairs(held) do
    local kind, key, amount = item[1], base .. item[2], item[3]
    if kind == 'budget' then
      if call('EXISTS', key) == 1 then
        call('HINCRBY', key, 'reserved', -amount)
        local spent = call('HINCRBY', key, 'spent', nano_usd)
        budgets[#budgets + 1] = {item[2], spent, max(nano_usd - amount, 0)}
      end
    elseif kind == 'concurrent' then
      call('ZREM', key, id)
    elseif kind == 'tokens' then
      if tokens > amount then add_to_window(read_window(key, item[5]), tokens - amount)
      else give_back(key, item[5], item[4], amount - tokens) end
    end
  end
  end_hold(id, owner)
  return {'settled', budgets}
end

function does.cancel(operation)
  local id = operation[2]
  local held, _, owner = open_hold(id)
  for _, item in ipairs(held or {}) do
    local kind, key, amount = item[1], base .. item[2], item[3]
    if kind == 'budget' then
      if call('EXISTS', key) == 1 then call('HINCRBY', key, 'reserved', -amount) end
    elseif kind == 'concurrent' then
      call('ZREM', key, id)
    else
      give_back(key, item[5], item[4], amount)
    end
  end
  end_hold(id, owner or process)
  return {'done'}
end

function does.extend(operation)
  local id, lease_ms = operation[2], operation[3]
  local held = open_hold(id)
  for _, item in ipairs(held or {}) do
    if item[1] == 'concurrent' then lease(base .. item[2], id, lease_ms) end
  end
  local key = base .. 'hold:' .. id
  local ttl = call('PTTL', key)
  if ttl >= 0 and ttl < 3 * lease_ms then call('PEXPIRE', key, 3 * lease_ms) end
  return {'done'}
end

function does.prime(operation)
  local demand, amount = operation[2], operation[3]
  local key = base .. demand[KEY]
  if call('EXISTS', key) == 1 then return {'done'} end
  if demand[KIND] == 'budget' then
    make_purse(demand, key, amount)
  elseif demand[KIND] ~= 'concurrent' then
    add_to_window(read_window(key, demand[SPAN]), amount)
  end
  return {'done'}
end

function does.adopt(operation)
  local id, demands, of_record = operation[2], operation[3], operation[4]
  local held, ended, owner = open_hold(id)
  if ended then return {'gone'} end
  if of_record and not owner then
    owner = OF_RECORD
    call('SADD', base .. 'holders', owner)
  end
  local items, known, counters, missing = held or {}, {}, {}, {}
  for _, item in ipairs(items) do known[item[2]] = true end
  for place, demand in ipairs(demands) do
    if not known[demand[KEY]] then
      local fits, counter = left(demand)
      counters[place] = counter
      if not fits then missing[#missing + 1] = place - 1 end
    end
  end
  if #missing > 0 then return {'unprimed', 0, missing} end
  for place, counter in pairs(counters) do items[#items + 1] = take(id, demands[place], counter) end
  keep_hold(id, items, demands, owner or process)
  return {'done'}
end

local answers = {}
for place, operation in ipairs(asked[2]) do
  local name = operation[1]
  if name == 'reserve' and state ~= 'open' then
    answers[place] = {'closed'}
  else
    answers[place] = does[name](operation)
  end
end
return cmsgpack.pack({now, number, state, answers})
