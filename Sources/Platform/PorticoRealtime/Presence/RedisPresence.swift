import PorticoRedis
import PorticoValues

/// Presence over all nodes that share a Redis, by its clock: a sorted set for each place, ordered by when somebody is gone.
/// Each process notes whom it sees itself, so that whoever leaves at one node stays while another still sees them.
public struct RedisPresence: PresenceStore {
    private let client: RedisClient
    private let prefix: String
    /// Whose notes these are.
    private let process = randomBytes(6).hexadecimal

    /// Presence in a Redis.
    /// - Parameter prefix: keeps keys of several uses apart.
    public init(_ client: RedisClient, prefix: String = "portico:presence") {
        self.client = client
        self.prefix = prefix
    }

    /// One round trip: whose time is over goes, who is seen stays, and all who are there are told. `ARGV`: the note or an
    /// empty text, milliseconds, whose older notes of this process go or an empty text.
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
        try await run(place, RedisWords("\(key(member.id))\u{1F}\(member.name)", span.milliseconds, key(member.id)))
    }

    /// All who are at a place.
    /// - Throws: ``RedisError``.
    public func members(at place: String) async throws -> [PresentMember] {
        try await run(place, RedisWords("", 0, ""))
    }

    /// Notes that somebody has left, as far as this process saw them there.
    /// - Throws: ``RedisError``.
    public func leave(_ id: String, _ place: String) async throws {
        _ = try await run(place, RedisWords("", 0, key(id)))
    }

    private func run(_ place: String, _ words: RedisWords) async throws -> [PresentMember] {
        // A name of its own: nodes of before this form of notes would show the process as part of people's names.
        let key = "\(prefix):notes:\(place)"
        let notes = try await client.run(RedisPresence.script, keys: [key], arguments: words).elements ?? []
        // In the order in which they end: the last one knows the person's name best.
        var members: [String: PresentMember] = [:]
        for member in notes.compactMap({ $0.text.flatMap(RedisPresence.member) }) { members[member.id] = member }
        return Array(members.values)
    }

    /// Id and process, apart by the unit separator, which neither holds.
    private func key(_ id: String) -> String { "\(id)\u{1F}\(process)" }

    /// Who is meant by a note: id, process and name.
    private static func member(_ text: String) -> PresentMember? {
        let parts = text.split(separator: "\u{1F}", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        return PresentMember(id: String(parts[0]), name: String(parts[2]))
    }
}
