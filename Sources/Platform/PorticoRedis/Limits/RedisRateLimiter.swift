import PorticoLimits
import PorticoValues

/// Counters that all nodes share, in Redis.
///
/// One script decides over all demands of a request at once, in one round trip and by the server's clock, so that neither
/// two nodes nor their clocks can disagree. The arithmetic is that of ``RateRule`` to the last tick. A key holds some twenty
/// bytes, that of a sliding log as many for each entry, and expires when its allowance is full again; all keys carry one
/// hash tag, as a script's keys must.
public struct RedisRateLimiter: RateLimitStore {
    /// Whose clock counts.
    public struct TimeSource: Sendable {
        fileprivate enum Kind: Sendable {
            case server(@Sendable () -> Span)
            case caller
        }

        fileprivate let kind: Kind

        /// The Redis server's: the right one wherever nodes share counters.
        public static let server = TimeSource(kind: .server { .milliseconds(0) })

        /// The server's plus a span that is asked for at each decision. For an environment whose clock tests move: the
        /// span is how far the process's clock is ahead of the system's. It must never be a difference of two machines'
        /// clocks, which would let nodes disagree.
        public static func server(plus offset: @escaping @Sendable () -> Span) -> TimeSource {
            TimeSource(kind: .server(offset))
        }

        /// The instant that the caller passes to each decision: for tests with a clock that stands still.
        public static let caller = TimeSource(kind: .caller)
    }

    private let client: RedisClient
    private let prefix: String
    private let time: TimeSource
    private let timeout: Span?

    /// A limiter on a client.
    ///
    /// - Parameters:
    ///   - prefix: what its keys begin with; limiters with one prefix share their counters. No braces.
    ///   - time: whose clock counts.
    ///   - timeout: how long a decision may take; the client's own timeout when nil.
    public init(_ client: RedisClient, prefix: String = "portico", time: TimeSource = .server, timeout: Span? = nil) {
        self.client = client
        self.prefix = "{\(prefix):limits}"
        self.time = time
        self.timeout = timeout
    }

    /// Decides over several rules at once; when one refuses, nothing is charged anywhere (rule R4).
    /// - Throws: ``RedisError``. After a timeout the demands may have been charged.
    public func decide(_ demands: [RateDemand], at now: Instant) async throws -> RateDecision {
        guard !demands.isEmpty else { return .unlimited }
        var words = heading(now)
        for demand in demands { RateArguments(demand).append(to: &words) }
        let keys = demands.map { key($0.key, $0.rule.algorithm) }
        let answer = try await client.run(RateScript.shared, keys: keys, arguments: words, timeout: timeout)
        let numbers = answer.elements?.compactMap(\.integer) ?? []
        guard numbers.count == 1 + 4 * demands.count else { throw RedisError.unexpectedAnswer("a decision") }
        let instant = Instant(milliseconds: numbers[0])
        return RateDecision(
            demands.enumerated().map { index, demand in
                let part = numbers[(1 + 4 * index)..<(5 + 4 * index)]
                return RateArguments(demand).standing(part, at: instant)
            })
    }

    /// Gives a counter its full allowance back.
    /// - Throws: ``RedisError``.
    public func forget(_ key: RateKey) async throws {
        var command = RedisCommand("DEL")
        for algorithm in RateAlgorithm.allCases { command.append(self.key(key, algorithm)) }
        _ = try await client.send(command, timeout: timeout, isIdempotent: true)
    }

    private func heading(_ now: Instant) -> RedisWords {
        // Keys of a clock that is moved by hand must outlive what the server takes for their time.
        switch time.kind {
        case .caller:
            return RedisWords(now.milliseconds, 0, 3_600_000)
        case .server(let offset):
            return RedisWords("", offset().milliseconds, 1000)
        }
    }

    /// A key in Redis. Texts of clients may be long, so a long key gives way to its hash.
    private func key(_ key: RateKey, _ algorithm: RateAlgorithm) -> String {
        let kind = RateArguments.letter(algorithm)
        let text = key.text
        guard text.utf8.count > 120 else { return "\(prefix):\(kind):\(text)" }
        return "\(prefix):\(kind):#\(Digest.sha256(text.utf8).hexadecimal)"
    }
}
