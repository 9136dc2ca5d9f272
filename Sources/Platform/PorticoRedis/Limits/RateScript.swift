/// The decision over any number of demands as one script, which Redis runs without any other command in between.
///
/// The numbers of Lua are doubles, exact to 2^53, whereas a token bucket's word has up to 62 bits. So a length of time is a
/// pair here: whole milliseconds, and the ticks of a millisecond that has begun (fewer than 2^21). Every number then stays
/// below 2^53, and the pair behaves like the whole number of ticks that the rule's own arithmetic uses. The products of the
/// sliding window are compared in two halves for the same reason.
///
/// | place | token bucket | sliding window and log |
/// |---|---|---|
/// | key's value | `tat fraction ticksPerMillisecond` | `last present start`; for a log see below |
/// | argument 1, 2 | `b`, enforced | `w` or `l`, enforced |
/// | argument 3 to 9 | ticks per ms, capacity, needs, cost as pairs | window, quota, needs, cost, 0, 0, 0 |
///
/// A log is a list with an element `instant units sum` for each entry, oldest first; the sum is that of all units up to
/// and with this entry, so that first and last element tell what is used, however long the list. Entries that have left
/// the window are taken off its head, each once.
///
/// Needs of -1 can never be met, needs of nothing always are. The answer is the instant, then for each demand whether it
/// conforms and the three numbers of its key afterwards, -1 when there are none. For a log these are the units used, the
/// instant of the newest entry, and that of the entry with whose end a refused demand fits.
enum RateScript {
    /// Arguments before those of the first demand: the instant or nothing, what is added to the server's time, and how
    /// much longer than needed keys live. All in milliseconds.
    static let shared = RedisScript(prelude + bucket + window + log + decision)

    private static let prelude = """
        local now
        if ARGV[1] ~= '' then
          now = tonumber(ARGV[1])
        else
          local time = redis.call('TIME')
          now = time[1] * 1000 + math.floor(time[2] / 1000) + tonumber(ARGV[2])
        end
        local margin = tonumber(ARGV[3])
        local stored = {}
        local function state(key)
          if stored[key] == nil then
            local text = redis.call('GET', key)
            local a, b, c
            if text then a, b, c = string.match(text, '^(%d+) (%d+) (%d+)$') end
            stored[key] = a and {tonumber(a), tonumber(b), tonumber(c)} or false
          end
          return stored[key]
        end
        local function put(key, a, b, c, life)
          stored[key] = {a, b, c}
          redis.call('SET', key, string.format('%.0f %.0f %.0f', a, b, c), 'PX', string.format('%.0f', life + margin))
        end

        """

    private static let bucket = """
        local function plus(d, am, af, bm, bf)
          local m, f = am + bm, af + bf
          if f >= d.ticks then return m + 1, f - d.ticks end
          return m, f
        end
        local function more(am, af, bm, bf)
          return am > bm or (am == bm and af > bf)
        end
        local function debt(d)
          local s = state(d.key)
          if not s or s[3] <= 0 then return 0, 0 end
          local m, f = s[1] - now, s[2]
          if s[3] ~= d.ticks then
            f = math.floor((f * d.ticks + s[3] - 1) / s[3])
            if f >= d.ticks then m, f = m + 1, f - d.ticks end
          end
          if m < 0 then return 0, 0 end
          local cm, cf = plus(d, d.cap, d.capf, d.cap, d.capf)
          if more(m, f, cm, cf) then return cm, cf end
          return m, f
        end
        local function bucket_fits(d)
          if d.need < 0 then return false end
          local m, f = debt(d)
          m, f = plus(d, m, f, d.need, d.needf)
          return not more(m, f, d.cap, d.capf)
        end
        local function bucket_charge(d)
          local m, f = debt(d)
          local cm, cf = plus(d, d.cap, d.capf, d.cap, d.capf)
          m, f = plus(d, m, f, d.cost, d.costf)
          if more(m, f, cm, cf) then m, f = cm, cf end
          put(d.key, now + m, f, d.ticks, m + (f > 0 and 1 or 0))
        end
        local function bucket_state(d)
          if not state(d.key) then return -1, -1, -1 end
          local m, f = debt(d)
          return now + m, f, d.ticks
        end

        """

    private static let window = """
        local function greater(a, b, c, d)
          local ah, al = math.floor(a / 65536) * b, (a % 65536) * b
          local ch, cl = math.floor(c / 65536) * d, (c % 65536) * d
          ah, al = ah + math.floor(al / 65536), al % 65536
          ch, cl = ch + math.floor(cl / 65536), cl % 65536
          return ah > ch or (ah == ch and al > cl)
        end
        local function counts(d)
          local elapsed = now % d.width
          local start = now - elapsed
          local s = state(d.key)
          if not s then return 0, 0, elapsed, start end
          local age = start - s[3]
          if age <= 0 then return math.min(s[1], d.most), math.min(s[2], d.most), elapsed, start end
          if age <= d.width then return math.min(s[2], d.most), 0, elapsed, start end
          return 0, 0, elapsed, start
        end
        local function window_fits(d)
          local last, present, elapsed = counts(d)
          local room = d.quota - present - d.need
          return room >= 0 and not greater(last, d.width - elapsed, room, d.width)
        end
        local function window_charge(d)
          local last, present, elapsed, start = counts(d)
          present = math.min(present + d.cost, d.most)
          put(d.key, last, present, start, 2 * d.width - elapsed)
        end
        local function window_state(d)
          local s = state(d.key)
          if not s then return -1, -1, -1 end
          return s[1], s[2], s[3]
        end

        """

    private static let log = """
        local function entry(text)
          local at, units, sum = string.match(text, '^(%d+) (%d+) (%d+)$')
          return tonumber(at), tonumber(units), tonumber(sum)
        end
        local function log_used(d)
          local head = redis.call('LINDEX', d.key, 0)
          while head do
            local at, units, sum = entry(head)
            if at + d.width > now then
              local last, _, total = entry(redis.call('LINDEX', d.key, -1))
              return total - sum + units, last
            end
            redis.call('LPOP', d.key)
            head = redis.call('LINDEX', d.key, 0)
          end
          return 0
        end
        local function log_fits(d)
          return log_used(d) + d.need <= d.quota
        end
        local function log_charge(d)
          local used, last = log_used(d)
          local added = math.min(d.cost, 2 * d.quota - used)
          if added <= 0 then return end
          local units, sum = 0, 0
          if last then last, units, sum = entry(redis.call('LINDEX', d.key, -1)) end
          if last and last >= now then
            redis.call('LSET', d.key, -1, string.format('%.0f %.0f %.0f', last, units + added, sum + added))
          else
            redis.call('RPUSH', d.key, string.format('%.0f %.0f %.0f', now, added, sum + added))
          end
          redis.call('PEXPIRE', d.key, string.format('%.0f', d.width + margin))
        end
        local function log_state(d)
          local used, last = log_used(d)
          if used == 0 then return -1, -1, -1 end
          local over = used + d.need - d.quota
          if d.conforms or d.need > d.quota or over <= 0 then return used, last, last end
          local dropped = 0
          for _, text in ipairs(redis.call('LRANGE', d.key, 0, over - 1)) do
            local at, units = entry(text)
            dropped = dropped + units
            if dropped >= over then return used, last, at end
          end
          return used, last, last
        end

        """

    private static let decision = """
        local demands, seen, allowed = {}, {}, true
        for i = 1, #KEYS do
          local n = {}
          for j = 2, 9 do n[j] = tonumber(ARGV[3 + (i - 1) * 9 + j]) end
          local d = {key = KEYS[i], repeated = seen[KEYS[i]]}
          seen[KEYS[i]] = true
          if ARGV[4 + (i - 1) * 9] == 'b' then
            d.fits, d.charge, d.read = bucket_fits, bucket_charge, bucket_state
            d.ticks, d.cap, d.capf, d.need, d.needf, d.cost, d.costf = n[3], n[4], n[5], n[6], n[7], n[8], n[9]
            d.asks, d.costs = d.need ~= 0 or d.needf ~= 0, d.cost > 0 or d.costf > 0
          else
            d.fits, d.charge, d.read = window_fits, window_charge, window_state
            if ARGV[4 + (i - 1) * 9] == 'l' then d.fits, d.charge, d.read = log_fits, log_charge, log_state end
            d.width, d.quota, d.need, d.cost = n[3], n[4], n[5], n[6]
            d.most = math.min(2 * d.quota, 2147483647)
            d.asks, d.costs = d.need ~= 0, d.cost > 0
          end
          d.conforms = not d.asks or d.fits(d)
          if not d.conforms and n[2] == 1 then allowed = false end
          demands[i] = d
        end
        if allowed then
          for _, d in ipairs(demands) do
            if d.conforms and d.costs and not d.repeated then d.charge(d) end
          end
        end
        local answer = {now}
        for _, d in ipairs(demands) do
          local a, b, c = d.read(d)
          answer[#answer + 1] = d.conforms and 1 or 0
          answer[#answer + 1] = a
          answer[#answer + 1] = b
          answer[#answer + 1] = c
        end
        return answer
        """
}
