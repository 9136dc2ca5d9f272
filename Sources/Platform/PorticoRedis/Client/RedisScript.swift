import PorticoValues
import Synchronization

/// A Lua script that the server keeps and that is called by its digest, so that its text travels once.
///
/// A server that has forgotten it, after a restart, a failover or `SCRIPT FLUSH`, gets the text again with the same call.
public final class RedisScript: Sendable {
    /// The text. Keys must be passed as keys, not made up inside.
    public let source: String
    /// The SHA-1 of the text, as the server has told it.
    private let digest = Mutex<String?>(nil)

    /// A script. No server has seen it yet.
    public init(_ source: String) {
        self.source = source
    }

    fileprivate var knownDigest: String? { digest.withLock { $0 } }

    fileprivate func learn(_ text: String) {
        digest.withLock { $0 = text }
    }
}

extension RedisClient {
    /// Runs a script.
    ///
    /// - Parameters:
    ///   - keys: `KEYS` of the script.
    ///   - arguments: `ARGV` of the script.
    ///   - timeout: how long to wait; the client's own when nil.
    /// - Throws: ``RedisError``; a script is never run a second time when its first run may have happened.
    public func run(
        _ script: RedisScript, keys: [String], arguments: RedisWords = RedisWords(), timeout: Span? = nil
    ) async throws(RedisError) -> RESPValue {
        let digest: String
        if let known = script.knownDigest {
            digest = known
        } else {
            let answer = try await send(
                RedisCommand("SCRIPT", "LOAD", script.source), timeout: timeout, isIdempotent: true)
            guard let text = answer.text else { throw .unexpectedAnswer("a digest") }
            script.learn(text)
            digest = text
        }
        do {
            let call = RedisClient.call("EVALSHA", digest, keys, arguments)
            return try await send(call, timeout: timeout)
        } catch .refused(let error) where error.code == "NOSCRIPT" {
            return try await send(RedisClient.call("EVAL", script.source, keys, arguments), timeout: timeout)
        }
    }

    private static func call(
        _ name: String, _ script: String, _ keys: [String], _ arguments: RedisWords
    ) -> RedisCommand {
        var command = RedisCommand(name, script, keys.count)
        for key in keys { command.append(key) }
        command.append(contentsOf: arguments)
        return command
    }
}
