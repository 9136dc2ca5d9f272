/// What a subscription hears.
public enum RedisEvent: Sendable, Hashable {
    /// A message of one of its channels.
    case message(RedisMessage)
    /// From here on everything is heard, but something may have been missed before: throw away whatever is kept on the
    /// strength of messages. It comes first when the subscription is in force, again after every loss of the connection,
    /// and when the subscriber was too slow and its buffer overflowed.
    case gap
    /// The connection is lost: nothing is heard until the next ``gap``.
    case interrupted
}

/// Bytes that somebody published.
public struct RedisMessage: Sendable, Hashable {
    /// The channel.
    public let channel: String
    /// The bytes.
    public let payload: [UInt8]

    /// A message as it came.
    public init(channel: String, payload: [UInt8]) {
        self.channel = channel
        self.payload = payload
    }
}
