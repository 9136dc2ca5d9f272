/// What is done about streams on the server, each in one step.
///
/// Ids of entries are the positions of events, so that appending one again is refused by the server itself, and a cursor
/// or an open entry is a position.
struct RedisStreamScripts: Sendable {
    /// KEYS: the last position, then the stream of each partition. ARGV: the last position that is known, the greatest
    /// length, number of groups, groups, and for each event its partition from 0, position and four fields.
    /// Answers 1, or 0 when the last position has been lost.
    let append = RedisScript(
        """
        local last = tonumber(redis.call('GET', KEYS[1]) or '0')
        if last < tonumber(ARGV[1]) then return 0 end
        local length, groups = ARGV[2], tonumber(ARGV[3])
        for stream = 2, #KEYS do
            for group = 4, 3 + groups do
                redis.pcall('XGROUP', 'CREATE', KEYS[stream], ARGV[group], '0', 'MKSTREAM')
            end
        end
        local newest = ARGV[1]
        for at = 4 + groups, #ARGV, 6 do
            local key, id = KEYS[2 + tonumber(ARGV[at])], ARGV[at + 1]
            local added = redis.pcall('XADD', key, 'MAXLEN', '~', length, id .. '-0', 'k', ARGV[at + 2],
                'y', ARGV[at + 3], 'p', ARGV[at + 4], 't', ARGV[at + 5])
            if type(added) == 'table' and added.err and not string.find(added.err, 'equal or smaller', 1, true) then
                return redis.error_reply(added.err)
            end
            newest = id
        end
        if tonumber(newest) > last then redis.call('SET', KEYS[1], newest) end
        return 1
        """)

    /// KEYS: the mark, the last position, then the stream of each partition. ARGV: the new mark, 1 to remove the others.
    let begin = RedisScript(
        """
        if ARGV[2] == '1' then
            for at = 2, #KEYS do redis.call('DEL', KEYS[at]) end
        end
        redis.call('SET', KEYS[1], ARGV[1])
        return 1
        """)

    /// KEYS: the last position, then the stream of each partition. ARGV: groups.
    /// Answers the last position and the first that is open, 0 for none.
    let standing = RedisScript(
        """
        local function position(id) return string.match(id, '^(%d+)') end
        local first = nil
        local function note(id)
            local number = position(id)
            if not first or tonumber(number) < tonumber(first) then first = number end
        end
        for stream = 2, #KEYS do
            local infos = redis.pcall('XINFO', 'GROUPS', KEYS[stream])
            local cursors = {}
            if not infos.err then
                for _, info in ipairs(infos) do
                    local fields = {}
                    for at = 1, #info, 2 do fields[info[at]] = info[at + 1] end
                    cursors[fields['name']] = fields['last-delivered-id']
                end
            end
            for _, group in ipairs(ARGV) do
                local cursor = cursors[group] or '0-0'
                local pending = cursors[group] and redis.call('XPENDING', KEYS[stream], group) or {0}
                if pending[1] > 0 then
                    note(pending[2])
                else
                    local after = redis.call('XRANGE', KEYS[stream], '(' .. cursor, '+', 'COUNT', 1)
                    if after[1] then note(after[1][1]) end
                end
            end
        end
        return {redis.call('GET', KEYS[1]) or '0', first or '0'}
        """)

    /// KEYS: owners, members. ARGV: partition, consumer, lease in milliseconds, number of partitions.
    /// Answers whether the consumer has the partition.
    let claim = RedisScript(
        """
        local time = redis.call('TIME')
        local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
        local partition, consumer, lease, partitions = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
        redis.call('ZADD', KEYS[2], now + lease, consumer)
        redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
        local most = math.ceil(partitions / math.max(1, redis.call('ZCARD', KEYS[2])))
        local all = redis.call('HGETALL', KEYS[1])
        local owned, owner = 0, nil
        for at = 1, #all, 2 do
            local ends, name = string.match(all[at + 1], '^(%d+)|(.*)$')
            if tonumber(ends) > now then
                if name == consumer then owned = owned + 1 end
                if all[at] == partition then owner = name end
            end
        end
        if owner == consumer and owned > most then
            redis.call('HDEL', KEYS[1], partition)
            return 0
        end
        if owner and owner ~= consumer then return 0 end
        if not owner and owned >= most then return 0 end
        redis.call('HSET', KEYS[1], partition, string.format('%.0f', now + lease) .. '|' .. consumer)
        redis.call('PEXPIRE', KEYS[1], lease * 4)
        redis.call('PEXPIRE', KEYS[2], lease * 4)
        return 1
        """)

    /// KEYS: owners, members. ARGV: partition, consumer.
    let release = RedisScript(
        """
        redis.call('ZREM', KEYS[2], ARGV[2])
        local held = redis.call('HGET', KEYS[1], ARGV[1])
        if held and string.match(held, '|(.*)$') == ARGV[2] then redis.call('HDEL', KEYS[1], ARGV[1]) end
        return 1
        """)

    /// KEYS: the stream. ARGV: group, consumer, limit. The consumer owns the partition, so what others have received and
    /// not acknowledged is its own now. Answers how often the first entry was received, then the entries.
    let receive = RedisScript(
        """
        local key, group, consumer = KEYS[1], ARGV[1], ARGV[2]
        redis.pcall('XGROUP', 'CREATE', key, group, '0', 'MKSTREAM')
        local cursor = '0-0'
        repeat
            local claimed = redis.call('XAUTOCLAIM', key, group, consumer, 0, cursor, 'COUNT', 100, 'JUSTID')
            cursor = claimed[1]
        until cursor == '0-0'
        while true do
            local own = redis.call('XREADGROUP', 'GROUP', group, consumer, 'COUNT', 1, 'STREAMS', key, '0')
            local entry = own and own[1] and own[1][2][1]
            if not entry then break end
            if entry[2] then
                local seen = redis.call('XPENDING', key, group, entry[1], entry[1], 1)
                return {seen[1] and seen[1][4] or 1, entry}
            end
            redis.call('XACK', key, group, entry[1])
        end
        local news = redis.call('XREADGROUP', 'GROUP', group, consumer, 'COUNT', ARGV[3], 'STREAMS', key, '>')
        local answer = {1}
        if news and news[1] then
            for _, entry in ipairs(news[1][2]) do answer[#answer + 1] = entry end
        end
        return answer
        """)
}
