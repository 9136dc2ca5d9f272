import PorticoCache
import PorticoValues

/// Tier 2 of the caches in Redis: values, versions of tags, and leases, each operation one script in one round trip.
///
/// ```swift
/// var configuration = CacheRegistry.Configuration()
/// configuration.shared = RedisSharedCache(client)
/// configuration.backplane = RedisCacheBackplane(backplane)
/// ```
///
/// Redis may be emptied or restarted at any time. Where it has a memory limit, its policy must be one of `volatile-*` or
/// `noeviction`: values expire, what is known of tags does not.
public struct RedisSharedCache: SharedCacheStore {
    /// Loads that took longer than this to begin with are not stored.
    private static let oldestWriter = Span.hours(1)
    private static let mostChanges = 1000

    private let client: RedisClient
    private let prefix: String
    private let longestLife: Span
    private let mostTags: Int
    private let timeout: Span

    /// A store on a client.
    ///
    /// - Parameters:
    ///   - prefix: what its keys begin with; nodes with one prefix share their values. No braces.
    ///   - longestLife: the most that a value lives, whatever its policy says; invalidations are remembered a little longer.
    ///   - mostTags: how many invalidations are remembered, of about 100 bytes each; with more of them values live shorter.
    ///   - timeout: how long one operation may take.
    public init(
        _ client: RedisClient, prefix: String = "portico", longestLife: Span = .days(1), mostTags: Int = 100_000,
        timeout: Span = .milliseconds(500)
    ) {
        self.client = client
        self.prefix = "{\(prefix):cache}"
        self.longestLife = longestLife
        self.mostTags = max(2, mostTags)
        self.timeout = timeout
    }

    /// See ``SharedCacheStore``.
    /// - Throws: ``RedisError``.
    public func read(_ key: String, claim: SharedClaim?) async throws -> SharedReading {
        let arguments = RedisWords(
            claim?.token ?? "", max(1, claim?.life.milliseconds ?? 1), claim?.isUnconditional == true ? 1 : 0)
        let answer = try await client.run(
            SharedCacheScript.read, keys: keys(key), arguments: arguments, timeout: timeout)
        guard let parts = answer.elements, parts.count == 2 || parts.count >= 5, let stamp = parts[0].integer,
            let lease = parts[1].integer
        else { throw RedisError.unexpectedAnswer("a cached value") }
        let held = [SharedLease.none, .granted, .held][Int(min(max(0, lease), 2))]
        return SharedReading(entry: try entry(parts.dropFirst(2)), stamp: stamp, lease: held)
    }

    private func entry(_ parts: ArraySlice<RESPValue>) throws -> SharedEntry? {
        guard !parts.isEmpty else { return nil }
        let parts = Array(parts)
        guard let payload = parts[0].bytes, let stamp = parts[1].integer, let life = parts[2].integer else {
            throw RedisError.unexpectedAnswer("a cached value")
        }
        let tags = parts.dropFirst(3).compactMap(\.text).map { CacheTag($0) }
        return life > 0 ? SharedEntry(payload: payload, tags: tags, stamp: stamp, life: .milliseconds(life)) : nil
    }

    /// See ``SharedCacheStore``.
    /// - Throws: ``RedisError``; after a timeout the value may have been stored.
    public func write(_ entry: SharedEntry, for key: String, releasing token: String?) async throws -> Bool {
        let life = min(entry.life, longestLife).milliseconds
        guard life > 0 else { return false }
        var arguments = RedisWords(entry.stamp, life, token ?? "", microseconds(RedisSharedCache.oldestWriter))
        arguments.append(bytes: entry.payload)
        for tag in entry.tags { arguments.append(tag.text) }
        let answer = try await client.run(
            SharedCacheScript.write, keys: keys(key), arguments: arguments, timeout: timeout)
        return answer.integer == 1
    }

    /// See ``SharedCacheStore``.
    /// - Throws: ``RedisError``.
    public func release(_ key: String, token: String) async throws {
        _ = try await client.run(
            SharedCacheScript.release, keys: keys(key), arguments: RedisWords(token), timeout: timeout)
    }

    /// See ``SharedCacheStore``.
    /// - Throws: ``RedisError``; after a timeout the tags may have been invalidated.
    public func invalidate(_ tags: Set<CacheTag>) async throws -> Int64 {
        var arguments = RedisWords(remembered, mostTags)
        for tag in tags { arguments.append(tag.text) }
        let answer = try await client.run(
            SharedCacheScript.invalidate, keys: common, arguments: arguments, timeout: timeout)
        guard let stamp = answer.integer else { throw RedisError.unexpectedAnswer("a stamp") }
        return stamp
    }

    /// See ``SharedCacheStore``.
    /// - Throws: ``RedisError``.
    public func changes(since stamp: Int64?) async throws -> SharedChanges {
        let answer: RESPValue
        if let stamp {
            answer = try await client.run(
                SharedCacheScript.changes, keys: common,
                arguments: RedisWords(stamp, remembered, RedisSharedCache.mostChanges), timeout: timeout)
        } else {
            answer = try await client.run(SharedCacheScript.present, keys: common, timeout: timeout)
        }
        guard let parts = answer.elements, parts.count >= 2, parts.count.isMultiple(of: 2),
            let present = parts[0].integer
        else { throw RedisError.unexpectedAnswer("changes") }
        var tags: [CacheTag: Int64] = [:]
        for index in stride(from: 2, to: parts.count, by: 2) {
            guard let text = parts[index].text, let version = parts[index + 1].integer else { continue }
            tags[CacheTag(text)] = version
        }
        return SharedChanges(tags: tags, stamp: present, isComplete: parts[1].integer == 1)
    }

    /// A value read may have been written this long after its writer began, and lives this long: so long its tags count.
    private var remembered: Int64 {
        microseconds(longestLife) + 2 * microseconds(RedisSharedCache.oldestWriter)
    }

    private func microseconds(_ span: Span) -> Int64 { span.milliseconds * 1000 }

    private var common: [String] { ["\(prefix):state", "\(prefix):tags"] }

    /// All keys of a value. Keys may hold what clients send, so a long one gives way to its hash.
    private func keys(_ key: String) -> [String] {
        let short = key.utf8.count > 200 ? "#\(Digest.sha256(key.utf8).hexadecimal)" : key
        return common + ["\(prefix):v:\(short)", "\(prefix):l:\(short)"]
    }
}
