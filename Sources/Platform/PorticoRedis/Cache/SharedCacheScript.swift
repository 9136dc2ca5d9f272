/// What tier 2 does as scripts, each of which Redis runs without any other command in between.
///
/// Stamps are microseconds of the server's clock, raised by one where that would not be newer, so that they grow for ever:
/// after the server has lost everything they go on from its clock. Values and writers from before such a loss are refused,
/// because invalidations may have been lost with it.
///
/// | key | what |
/// |---|---|
/// | 1 | a hash: `stamp` of the last invalidation, `birth` of the sequence, `floor`: the last invalidation that was forgotten |
/// | 2 | a sorted set: tags by the stamp of their last invalidation |
/// | 3 | the value, a hash: `p` payload, `s` stamp, `t` tags as a MessagePack array |
/// | 4 | the lease: the token of its holder |
///
/// Keys 1 and 2 have no expiry, so that no `volatile-*` policy of the server evicts them.
enum SharedCacheScript {
    /// Arguments: token or nothing, life of the lease in ms, 1 for a claim in any case. Answer: stamp, 0 no lease, 1 granted
    /// or 2 held, then payload, stamp and remaining ms of the value and its tags, if there is one.
    static let read = RedisScript(
        prelude + """
            local stamp = present()
            local value = redis.call('HMGET', KEYS[3], 'p', 's', 't')
            local tags
            if value[1] then
              tags = cmsgpack.unpack(value[3])
              if outdated(tonumber(value[2]), tags) then value = {false} end
            end
            local lease = 0
            if ARGV[1] ~= '' and (not value[1] or ARGV[3] == '1') then
              if redis.call('SET', KEYS[4], ARGV[1], 'NX', 'PX', ARGV[2]) or redis.call('GET', KEYS[4]) == ARGV[1] then
                lease = 1
              else
                lease = 2
              end
            end
            local answer = {stamp, lease}
            if value[1] then
              answer[3], answer[4], answer[5] = value[1], tonumber(value[2]), redis.call('PTTL', KEYS[3])
              for i, tag in ipairs(tags) do answer[5 + i] = tag end
            end
            return answer
            """)

    /// Arguments: stamp, life in ms, token or nothing, oldest acceptable age in µs, payload, then the tags.
    /// Answer: whether it was stored.
    static let write = RedisScript(
        prelude + """
            if ARGV[3] ~= '' and redis.call('GET', KEYS[4]) == ARGV[3] then redis.call('DEL', KEYS[4]) end
            local stamp = tonumber(ARGV[1])
            present()
            local tags = {}
            for i = 6, #ARGV do tags[i - 5] = ARGV[i] end
            if stamp < clock() - tonumber(ARGV[4]) and stamp < present() then return 0 end
            if outdated(stamp, tags) then return 0 end
            local other = redis.call('HMGET', KEYS[3], 's', 't')
            if other[1] and tonumber(other[1]) > stamp and not outdated(tonumber(other[1]), cmsgpack.unpack(other[2])) then
              return 0
            end
            redis.call('DEL', KEYS[3])
            redis.call('HSET', KEYS[3], 'p', ARGV[5], 's', ARGV[1], 't', cmsgpack.pack(tags))
            redis.call('PEXPIRE', KEYS[3], ARGV[2])
            return 1
            """)

    /// Argument: the token. Answer: whether the lease was the caller's.
    static let release = RedisScript(
        """
        if redis.call('GET', KEYS[4]) == ARGV[1] then return redis.call('DEL', KEYS[4]) end
        return 0
        """)

    /// Arguments: how long invalidations are remembered in µs, how many are, then the tags. Answer: the stamp.
    ///
    /// What is too much is forgotten from the oldest on. Whatever is older than the newest that was forgotten counts as
    /// outdated, because nobody knows any more.
    static let invalidate = RedisScript(
        prelude + """
            local now = clock()
            local stamp = math.max(present() + 1, now)
            redis.call('HSET', KEYS[1], 'stamp', digits(stamp))
            for i = 3, #ARGV do redis.call('ZADD', KEYS[2], digits(stamp), ARGV[i]) end
            redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', digits(now - tonumber(ARGV[1])))
            local excess = redis.call('ZCARD', KEYS[2]) - tonumber(ARGV[2])
            if excess > 0 then
              local newest = redis.call('ZRANGE', KEYS[2], excess - 1, excess - 1, 'WITHSCORES')[2]
              redis.call('HSET', KEYS[1], 'floor', digits(tonumber(newest)))
              redis.call('ZREMRANGEBYRANK', KEYS[2], 0, excess - 1)
            end
            return stamp
            """)

    /// Arguments: a stamp, how long invalidations are remembered in µs, the most that are wished. Answer: the present
    /// stamp, whether these are all, then tags and stamps in turn.
    static let changes = RedisScript(
        prelude + """
            local stamp, since = present(), tonumber(ARGV[1])
            if since < oldest() or since < clock() - tonumber(ARGV[2]) and since < stamp
              or redis.call('ZCOUNT', KEYS[2], '(' .. digits(since), '+inf') > tonumber(ARGV[3]) then
              return {stamp, 0}
            end
            local list = redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. digits(since), '+inf', 'WITHSCORES')
            local answer = {stamp, 1}
            for i = 1, #list, 2 do
              answer[#answer + 1] = list[i]
              answer[#answer + 1] = tonumber(list[i + 1])
            end
            return answer
            """)

    /// Argument: none. Answer: the present stamp.
    static let present = RedisScript(prelude + "return {present(), 1}")

    private static let prelude = """
        local function digits(number)
          return string.format('%.0f', number)
        end
        local function clock()
          local time = redis.call('TIME')
          return time[1] * 1000000 + time[2]
        end
        local function present()
          local stamp = redis.call('HGET', KEYS[1], 'stamp')
          if stamp then return tonumber(stamp) end
          local now = clock()
          redis.call('HSET', KEYS[1], 'stamp', digits(now), 'birth', digits(now))
          return now
        end
        local function oldest()
          local state = redis.call('HMGET', KEYS[1], 'birth', 'floor')
          return math.max(tonumber(state[1]), tonumber(state[2] or 0))
        end
        local function outdated(stamp, tags)
          if stamp < oldest() then return true end
          for _, tag in ipairs(tags) do
            local version = redis.call('ZSCORE', KEYS[2], tag)
            if version and tonumber(version) > stamp then return true end
          end
          return false
        end

        """
}
