/// Takes mails to where they are to be read.
public protocol MailTransport: Sendable {
    /// Delivers one message, or throws ``MailTrouble``, or `CancellationError`.
    func deliver(_ envelope: MailEnvelope) async throws -> MailDelivery
}

/// A message with what is written on the outside.
public struct MailEnvelope: Sendable, Hashable {
    /// Address that bounces go to.
    public let sender: String
    /// Address it is for.
    public let recipient: String
    /// The message, CRLF at every line's end.
    public let message: [UInt8]
}

/// What became of a message.
public enum MailDelivery: Sendable, Hashable {
    /// A server has taken it over, with these words.
    case sent(reply: String)
    /// It stays in the table, where people read it.
    case kept
}

/// Why a message was not delivered.
public struct MailTrouble: Error, Sendable, Hashable, CustomStringConvertible {
    /// What it means for the message.
    public enum Kind: Sendable, Hashable {
        /// There is no such mailbox: neither this nor any later mail will arrive.
        case noMailbox
        /// The recipient is refused, and the server does not say well enough why: of one mail it means nothing more than
        /// ``refused``, of several over days that there is no such mailbox.
        case doubtful
        /// The message is refused, and would be again.
        case refused
        /// Not now.
        case later
        /// The server can't be used.
        case unavailable
    }

    /// What it means.
    public let kind: Kind
    /// The server's words, or the library's.
    public let reply: String

    /// Trouble.
    public init(_ kind: Kind, reply: String) {
        self.kind = kind
        self.reply = reply
    }

    /// Kind and words.
    public var description: String { "\(kind): \(reply)" }
}

/// Keeps mails in the table only, for development and tests.
public struct OutboxTransport: MailTransport {
    /// A transport that takes nothing anywhere.
    public init() {}

    /// Does nothing.
    public func deliver(_ envelope: MailEnvelope) async throws -> MailDelivery { .kept }
}
