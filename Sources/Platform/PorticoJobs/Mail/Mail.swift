import PorticoPages

/// A mail to one person. Mostly made of a letter, which has both forms:
///
/// ```swift
/// let mail = Mail(to: address, MailLetter("Your account", from: office, [.paragraph("Hello \(name)")]))
/// ```
public struct Mail: Sendable, Hashable {
    /// Whom it is for.
    public var to: MailAddress
    /// Its subject. Line breaks become spaces.
    public var subject: String
    /// What it says, for every reader.
    public var text: String
    /// The same for readers that show markup; nil for none.
    public var html: HTML?
    /// Files that go with it.
    public var attachments: [MailAttachment]
    /// What it is for, such as `account.invitation`, for whoever looks through what was sent.
    public var kind = ""
    /// Whether codes or links may stand in it that only its reader may use: it is then shown to nobody else in production.
    public var isConfidential = true

    /// A mail.
    public init(to: MailAddress, subject: String, text: String, html: HTML? = nil, attachments: [MailAttachment] = []) {
        self.to = to
        self.subject = subject
        self.text = text
        self.html = html
        self.attachments = attachments
    }

    /// A letter, in both forms.
    public init(to: MailAddress, _ letter: MailLetter, attachments: [MailAttachment] = []) {
        self.init(
            to: to, subject: letter.subject, text: letter.text, html: letter.html, attachments: attachments)
    }

    /// The same mail of a kind, which operators may read where it holds nothing that only its reader may use.
    public func marked(_ kind: String, isConfidential: Bool) -> Mail {
        var mail = self
        (mail.kind, mail.isConfidential) = (kind, isConfidential)
        return mail
    }
}

/// A file that goes with a mail.
public struct MailAttachment: Sendable, Hashable {
    /// Its name, in any script.
    public let name: String
    /// Its media type, such as `application/pdf`; anything that is none becomes `application/octet-stream`.
    public let mediaType: String
    /// What it holds.
    public let content: [UInt8]

    /// A file.
    public init(name: String, mediaType: String, content: [UInt8]) {
        let parts = mediaType.utf8.split(separator: 0x2F, omittingEmptySubsequences: false)
        let isType = parts.count == 2 && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy(MailAttachment.isToken) }
        self.name = name
        self.mediaType = isType ? mediaType : "application/octet-stream"
        self.content = content
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || [0x2B, 0x2D, 0x2E, 0x5F].contains(byte)
    }
}
