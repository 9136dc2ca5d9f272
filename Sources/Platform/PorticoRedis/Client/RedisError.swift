import PorticoValues

/// Why a command has no answer. Descriptions hold no password and no value of a command.
public enum RedisError: Error, Sendable, Hashable, CustomStringConvertible {
    /// No connection, or one that has stopped answering. The command was not sent.
    case unavailable(String)
    /// The answer did not come in time. The command may have run.
    case timeout(Span)
    /// The connection ended before the answer came. The command may have run.
    case disconnected
    /// Too many commands wait for their answers already. The command was not sent.
    case overloaded
    /// The server refused the command.
    case refused(RESPError)
    /// The server's answer was not of the kind that the command has.
    case unexpectedAnswer(String)
    /// A setting that cannot be; one sentence for the operator.
    case misconfigured(String)
    /// The client has been shut down. The command was not sent.
    case closed

    /// One sentence.
    public var description: String {
        switch self {
        case .unavailable(let reason): "Redis is unavailable: \(reason)"
        case .timeout(let span): "Redis did not answer within \(span.milliseconds) ms"
        case .disconnected: "the connection to Redis was lost before the answer came"
        case .overloaded: "too many commands are waiting for Redis"
        case .refused(let error): "Redis refused the command: \(RedisError.withoutArguments(error.message))"
        case .unexpectedAnswer(let expected): "Redis answered something else than \(expected)"
        case .misconfigured(let reason): reason
        case .closed: "the Redis client has been shut down"
        }
    }

    /// The server repeats the arguments of a command that it does not know.
    private static func withoutArguments(_ message: String) -> String {
        String(message[..<(message.firstRange(of: ", with args")?.lowerBound ?? message.endIndex)].prefix(200))
    }

    /// Whether the server may have carried the command out although no answer came.
    public var mayHaveRun: Bool {
        switch self {
        case .timeout, .disconnected: true
        default: false
        }
    }

    /// Whether Redis is away, as opposed to having answered something unwelcome.
    public var isOutage: Bool {
        switch self {
        case .unavailable, .timeout, .disconnected, .overloaded, .closed: true
        case .refused(let error): ["LOADING", "MASTERDOWN", "READONLY", "CLUSTERDOWN", "OOM"].contains(error.code)
        case .unexpectedAnswer, .misconfigured: false
        }
    }
}
