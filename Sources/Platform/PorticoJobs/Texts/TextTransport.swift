import PorticoValues

/// Takes text messages to where they are sent from.
public protocol TextTransport: Sendable {
    /// Hands one message over, or throws ``TextTrouble``, or `CancellationError`.
    /// - Returns: the status of the answer.
    func send(_ message: TextEnvelope) async throws -> Int
}

/// A message as a transport gets it.
public struct TextEnvelope: Sendable, Hashable, CustomStringConvertible {
    /// Id of the message, the same at each try.
    public let id: String
    /// Number it is for.
    public let to: String
    /// What it says.
    public let text: String

    /// A message.
    public init(id: String, to: String, text: String) {
        self.id = id
        self.to = to
        self.text = text
    }

    /// Its id, and neither number nor words.
    public var description: String { "text message \(id)" }
}

/// Why a message was not taken. Says nothing of the message.
public struct TextTrouble: Error, Sendable, Hashable, CustomStringConvertible {
    /// What it means for the message.
    public enum Kind: Sendable, Hashable {
        /// It is refused, and would be again.
        case refused
        /// Not now; not before the span, where one is known.
        case later(Span?)
        /// Nobody was asked: the gateway is left alone for the span.
        case leftAlone(Span)
    }

    /// What it means.
    public let kind: Kind
    /// Status of the answer; nil where there was none.
    public let status: Int?
    /// More in words, for operators.
    public let words: String

    /// Trouble.
    public init(_ kind: Kind, status: Int? = nil, words: String) {
        self.kind = kind
        self.status = status
        self.words = words
    }

    /// Kind and words.
    public var description: String { "\(kind): \(words)" }
}
