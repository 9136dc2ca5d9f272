import PorticoSQL
import PorticoValues

/// A text message to one person's phone.
public struct TextMessage: Sendable, Hashable, CustomStringConvertible {
    /// The number it goes to.
    public var to: PhoneNumber
    /// What it says.
    public var text: String
    /// What it is for, such as `account.code`: for whoever looks through what was sent.
    public var kind: String
    /// Whose phone it is.
    public var accountID: Int64
    /// When it is worth nothing, and not sent any more.
    public var expiresAt: Instant

    /// A message.
    public init(to: PhoneNumber, text: String, kind: String, accountID: Int64, expiresAt: Instant) {
        self.to = to
        self.text = text
        self.kind = kind
        self.accountID = accountID
        self.expiresAt = expiresAt
    }

    /// Its kind, and neither number nor words.
    public var description: String { "text message (\(kind))" }
}

/// Takes text messages that are to be sent.
///
/// A message is a row of the application's database until it has been sent. It is written in the transaction that decides
/// on it: a change that does not come about sends nothing, and one that does can't lose its message.
public protocol TextMessageQueue: Sendable {
    /// Writes a message down, to be sent after the commit unless it has expired by then.
    /// - Throws: ``SQLError``; the transaction is then lost.
    func enqueue(_ message: TextMessage, in transaction: Transaction) throws
}

/// What an application needs to send text messages about accounts.
public struct AccountTexts: Sendable {
    /// Where messages go.
    public var queue: any TextMessageQueue
    /// Name of the application, as people read it.
    public var title: String

    /// Messages of an application.
    public init(queue: any TextMessageQueue, title: String) {
        self.queue = queue
        self.title = title
    }

    /// What a message with a code says: one message of 160 characters, and the code where a locked phone shows it.
    func words(_ code: String, lasting life: Span) -> String {
        "\(code) is your code for \(title). It is good once, for \(AccountLetters.words(life)). "
            + "Nobody of ours will ever ask you for it."
    }
}
