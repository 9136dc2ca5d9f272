import PorticoRedis
import PorticoValues

/// Presence over all nodes that share a Redis, by its clock: a sorted set for each place, ordered by when somebody is gone.
public struct RedisPresence: PresenceStore {
    private let client: RedisClient
    private let prefix: String

    /// Presence in a Redis.
    /// - Parameter prefix: keeps keys of several uses apart.
    public init(_ client: RedisClient, prefix: String = "portico:presence") {
        self.client = client
        self.prefix = prefix
    }

    /// One round trip: whose time is over goes, who is seen stays, and all who are there are told. `ARGV`: the member or an
    /// empty text, milliseconds, the member to remove or an empty text.
    private static let script = RedisScript(
        """
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
        local function forget(id)
            for _, member in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
                if string.sub(member, 1, #id + 1) == id .. '\\31' then redis.call('ZREM', KEYS[1], member) end
            end
        end
        if ARGV[3] ~= '' then forget(ARGV[3]) end
        if ARGV[1] ~= '' then
            redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
            if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
        end
        return redis.call('ZRANGE', KEYS[1], 0, -1)
        """)

    /// Notes that somebody is at a place for `span` from now, and tells who is there.
    /// - Throws: ``RedisError``.
    public func see(_ member: PresentMember, at place: String, for span: Span) async throws -> [PresentMember] {
        try await run(place, RedisWords(RedisPresence.text(member), span.milliseconds, member.id))
    }

    /// All who are at a place.
    /// - Throws: ``RedisError``.
    public func members(at place: String) async throws -> [PresentMember] {
        try await run(place, RedisWords("", 0, ""))
    }

    /// Notes that somebody has left.
    /// - Throws: ``RedisError``.
    public func leave(_ id: String, _ place: String) async throws {
        _ = try await run(place, RedisWords("", 0, id))
    }

    private func run(_ place: String, _ words: RedisWords) async throws -> [PresentMember] {
        let answer = try await client.run(RedisPresence.script, keys: ["\(prefix):\(place)"], arguments: words)
        guard case .list(let members) = answer else { return [] }
        return members.compactMap { $0.text.flatMap(RedisPresence.member) }
    }

    /// Id and name, apart by the unit separator, which ids do not hold.
    private static func text(_ member: PresentMember) -> String { "\(member.id)\u{1F}\(member.name)" }

    private static func member(_ text: String) -> PresentMember? {
        let parts = text.split(separator: "\u{1F}", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        return PresentMember(id: String(parts[0]), name: String(parts[1]))
    }
}
