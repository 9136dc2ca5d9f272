import PorticoPages
import PorticoSQL

/// A mail to one person.
public struct PersonalMail: Sendable, Hashable {
    /// The address it goes to, as ``EmailAddress`` takes it: no line breaks, no other addresses.
    public var to: String
    /// Its subject in one line.
    public var subject: String
    /// What it says, as plain text.
    public var text: String
    /// The same as a document; nil where the text says all.
    public var html: HTML?
    /// What it is for, such as `account.password_reset`: for counts, and for whoever looks through what was sent.
    public var kind: String

    /// A mail.
    public init(to: String, subject: String, text: String, html: HTML? = nil, kind: String) {
        self.to = to
        self.subject = subject
        self.text = text
        self.html = html
        self.kind = kind
    }

    /// A letter, in both forms.
    public init(to: String, _ letter: MailLetter, kind: String) {
        self.init(to: to, subject: letter.subject, text: letter.text, html: letter.html, kind: kind)
    }
}

/// Takes mails that are to be sent.
///
/// A mail is a row of the application's database until it has been sent. It is written in the transaction that decides
/// on it: a change that does not come about sends nothing, and one that does can't lose its mail.
public protocol PersonalMailQueue: Sendable {
    /// Writes a mail down, to be sent after the commit. It may touch nothing but the database: where nobody must learn
    /// whether a mail is sent, what it wrote is taken back.
    /// - Throws: ``SQLError``; the transaction is then lost.
    func enqueue(_ mail: PersonalMail, in transaction: Transaction) throws
}
