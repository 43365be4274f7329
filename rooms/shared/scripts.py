"""What Redis does in one step for the shared state; times are Redis's own.

A breaker is a hash of `state`, `era`, `failures`, `until` (when it lets a probe through), `probe`
(the token of who holds that place) and `probe_until`, times in milliseconds. One that is missing
is closed. It behaves as `rooms.shared.breaker.CircuitBreaker` does.
"""

_NOW_MS = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
"""

# What is not asked for a day has no failures worth remembering; only its name stays in the index.
_KEEP_MS = "86400000"

# KEYS: breaker, index. ARGV: channel id, token for a probe, how long its place is kept in ms.
ADMIT = f"""
{_NOW_MS}
local stored = redis.call('HMGET', KEYS[1], 'state', 'era', 'until', 'probe', 'probe_until')
local state, era = stored[1] or 'closed', tonumber(stored[2] or 0)
redis.call('SADD', KEYS[2], ARGV[1])
if state == 'closed' then return {{era, ''}} end
if state == 'open' then
  if now < tonumber(stored[3]) then return nil end
  era = era + 1
elseif stored[4] and now < tonumber(stored[5]) then
  return nil
end
redis.call('HSET', KEYS[1], 'state', 'half_open', 'era', era,
  'probe', ARGV[2], 'probe_until', string.format('%.0f', now + ARGV[3]))
redis.call('PEXPIRE', KEYS[1], {_KEEP_MS})
return {{era, ARGV[2]}}
"""

# KEYS: breaker. ARGV: word, era, probe, failures that open it, how long it stays open in ms.
REPORT = f"""
{_NOW_MS}
local stored = redis.call('HMGET', KEYS[1], 'state', 'era', 'probe')
local state, era = stored[1] or 'closed', tonumber(stored[2] or 0)
if era ~= tonumber(ARGV[2]) or (stored[3] or '') ~= ARGV[3] then return '' end
redis.call('HDEL', KEYS[1], 'probe', 'probe_until')
if ARGV[1] == 'nothing' then return '' end
local edge = ''
if ARGV[1] == 'success' then
  redis.call('HDEL', KEYS[1], 'failures')
  if state == 'closed' then return '' end
  redis.call('HSET', KEYS[1], 'state', 'closed', 'era', era + 1)
  edge = 'circuit_breaker_closed'
else
  local failures = redis.call('HINCRBY', KEYS[1], 'failures', 1)
  if state == 'half_open' or failures >= tonumber(ARGV[4]) then
    redis.call('HSET', KEYS[1], 'state', 'open', 'era', era + 1,
      'until', string.format('%.0f', now + ARGV[5]))
    if state == 'closed' then edge = 'circuit_breaker_opened' end
  end
end
redis.call('PEXPIRE', KEYS[1], {_KEEP_MS})
return edge
"""

# KEYS: breaker. ARGV: era, probe, how long its place is kept in ms.
RENEW_PROBE = f"""
{_NOW_MS}
local stored = redis.call('HMGET', KEYS[1], 'era', 'probe')
if stored[1] ~= ARGV[1] or stored[2] ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'probe_until', string.format('%.0f', now + ARGV[3]))
return 1
"""

# KEYS: index. ARGV: what the names of breakers begin with. Returns channel, state, channel, state …
STATES = f"""
{_NOW_MS}
local answer = {{}}
for _, channel in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local stored = redis.call('HMGET', ARGV[1] .. channel, 'state', 'until')
  local state = stored[1] or 'closed'
  if state == 'open' and now >= tonumber(stored[2]) then state = 'half_open' end
  answer[#answer + 1] = channel
  answer[#answer + 1] = state
end
return answer
"""

# KEYS: breaker, index. ARGV: channel id.
RESET_BREAKER = """
redis.call('DEL', KEYS[1])
redis.call('SREM', KEYS[2], ARGV[1])
"""

# KEYS: the channel's buckets. ARGV: the limit's name, then the rate and capacity of each bucket.
# Returns after how many microseconds to ask again, 0 when a token was taken.
TAKE_TURN = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local limit = ARGV[1]
local filled_at = tonumber(redis.call('HGET', KEYS[1], limit .. ':at') or now)
local elapsed = math.max(0, now - filled_at) / 1000000
local wait, full_after, tokens = 0, 0, {}
for i = 2, #ARGV, 2 do
  local rate, capacity = tonumber(ARGV[i]), tonumber(ARGV[i + 1])
  local had = tonumber(redis.call('HGET', KEYS[1], limit .. ':' .. i) or capacity)
  tokens[i] = math.min(capacity, had + elapsed * rate)
  if 1 - tokens[i] > 1e-9 then wait = math.max(wait, (1 - tokens[i]) / rate) end
  full_after = math.max(full_after, capacity / rate)
end
if wait > 0 then return math.ceil(wait * 1000000) end
for i, left in pairs(tokens) do
  redis.call('HSET', KEYS[1], limit .. ':' .. i, string.format('%.17g', left - 1))
end
redis.call('HSET', KEYS[1], limit .. ':at', string.format('%.0f', now))
local keep = math.max(redis.call('PTTL', KEYS[1]), math.ceil(full_after * 1000))
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', keep))
return 0
"""

# KEYS: who watches, who watches and streams. ARGV: node, whether it streams, time to live in ms.
ANNOUNCE = f"""
{_NOW_MS}
for i, key in ipairs(KEYS) do
  redis.call('ZREMRANGEBYSCORE', key, '-inf', string.format('%.0f', now))
  if i == 1 or ARGV[2] == '1' then
    redis.call('ZADD', key, string.format('%.0f', now + ARGV[3]), ARGV[1])
    redis.call('PEXPIRE', key, math.max(redis.call('PTTL', key), ARGV[3]))
  else
    redis.call('ZREM', key, ARGV[1])
  end
end
"""

# KEYS: who watches, who watches and streams. ARGV: node.
WITHDRAW = """
for _, key in ipairs(KEYS) do redis.call('ZREM', key, ARGV[1]) end
"""

# KEYS: who watches.
IS_WATCHED = f"""
{_NOW_MS}
return redis.call('ZCOUNT', KEYS[1], string.format('(%.0f', now), '+inf')
"""

# KEYS: what to drop.
DROP = """
redis.call('DEL', KEYS[1])
"""

# What is shown is a hash by turn; a value is the event's id, a line's end and the answer as JSON.

# KEYS: for each answer what is shown in its room, and the room's fence.
# ARGV: time to live in ms, then for each answer turn, epoch, value. Returns 1 or 0 for each.
SHOW = """
local answers = {}
for i = 1, #KEYS / 2 do
  local shown, fence = KEYS[2 * i - 1], KEYS[2 * i]
  local turn, epoch, value = ARGV[3 * i - 1], ARGV[3 * i], ARGV[3 * i + 1]
  answers[i] = 0
  if tonumber(epoch) >= tonumber(redis.call('GET', fence) or 0) then
    redis.call('HSET', shown, turn, value)
    redis.call('PEXPIRE', shown, ARGV[1])
    answers[i] = 1
  end
end
return answers
"""

# KEYS: what is shown in the room, its fence. ARGV: epoch, time to live of the fence in ms.
# Returns the values.
FENCE = """
local epoch = math.max(tonumber(ARGV[1]), tonumber(redis.call('GET', KEYS[2]) or 0))
redis.call('SET', KEYS[2], string.format('%.0f', epoch), 'PX', ARGV[2])
return redis.call('HVALS', KEYS[1])
"""

# KEYS: what is shown in the room. ARGV: what the value begins with.
CONCEAL = """
local shown = redis.call('HGETALL', KEYS[1])
for i = 1, #shown, 2 do
  if string.sub(shown[i + 1], 1, #ARGV[1]) == ARGV[1] then
    redis.call('HDEL', KEYS[1], shown[i])
  end
end
"""
