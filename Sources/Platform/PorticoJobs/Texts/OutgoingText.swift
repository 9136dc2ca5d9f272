import PorticoSQL
import PorticoValues

/// A message that goes to a phone and is worth nothing after a while.
public struct OutgoingText: Sendable, Hashable, CustomStringConvertible {
    /// Number it is for, in E.164 form: `+919812345678`.
    public var to: String
    /// What it says.
    public var text: String
    /// What it is for, such as `account.code`.
    public var kind: String
    /// Account whose message it is; nil for nobody's.
    public var accountID: Int64?
    /// When it is not sent any more.
    public var expiresAt: Instant

    /// A message.
    public init(to: String, text: String, kind: String, accountID: Int64? = nil, expiresAt: Instant) {
        self.to = to
        self.text = text
        self.kind = kind
        self.accountID = accountID
        self.expiresAt = expiresAt
    }

    /// Its kind, and neither number nor words.
    public var description: String { "text message (\(kind))" }
}

/// How a text message stands.
public enum TextState: String, Sendable, CaseIterable, SQLBindable, SQLReadable {
    /// It waits to be sent, or for another try.
    case queued
    /// The gateway has taken it.
    case sent
    /// It was not sent in time.
    case expired
    /// It was refused, or tried as often as may be.
    case failed
    /// This installation sends no messages any more.
    case dropped
}
