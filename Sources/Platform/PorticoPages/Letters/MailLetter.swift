/// What a mail says, from which its plain text and its markup are made, so that both say the same.
///
/// ```swift
/// let letter = MailLetter(
///     "Your access to Bags", from: MailLetter.Office(name: "Bags", address: "https://bags.example/bags"),
///     [.paragraph("Hello \(name),"), .button("Choose a password", address: link)],
///     closing: "If you did not expect it, do nothing.")
/// ```
public struct MailLetter: Sendable, Hashable {
    /// One piece of a letter.
    public enum Block: Sendable, Hashable {
        /// Some sentences. Line breaks in them show in plain text only.
        case paragraph(LetterText)
        /// Lines, each for itself.
        case list([LetterText])
        /// A small table.
        case table(LetterTable)
        /// What is to be typed somewhere.
        case code(String)
        /// Where to go from here: a button that says what happens, and its address in full. At most one in a letter.
        case button(LetterText, address: String)
        /// Another address to go to.
        case link(address: String)
    }

    /// Whom a letter is from.
    public struct Office: Sendable, Hashable {
        /// Name of the application, as people read it.
        public var name: String
        /// Address of its first page.
        public var address: String

        /// An office.
        public init(name: String, address: String) {
            self.name = name
            self.address = address
        }
    }

    /// What it is about: the subject of the mail, and the heading of the markup.
    public var title: LetterText
    /// Whom it is from; stands at its end.
    public var office: Office
    /// What it says.
    public var blocks: [Block]
    /// What it says last: whom to turn to, or what to do about a letter that was not expected.
    public var closing: LetterText?
    /// The language it is written in (BCP 47).
    public var language: String

    /// A letter, in English unless said.
    public init(
        _ title: LetterText, from office: Office, _ blocks: [Block], closing: LetterText? = nil,
        language: String = "en"
    ) {
        self.title = title
        self.office = office
        self.blocks = blocks
        self.closing = closing
        self.language = language
    }

    /// The title in one line, for the subject of a mail.
    public var subject: String { LetterText.line(title.plain) }

    /// The letter as plain text. The title is not in it: it is the subject.
    public var text: String {
        var parts = blocks.map { $0.text }
        if let closing { parts.append(closing.plain) }
        // Programs know what stands below such a line for a signature.
        parts.append("-- \n\(LetterText.line(office.name))\n\(LetterText.line(office.address))")
        return parts.joined(separator: "\n\n") + "\n"
    }
}

extension MailLetter.Block {
    fileprivate var text: String {
        switch self {
        case .paragraph(let text): text.plain
        case .list(let lines): lines.map(\.plain).joined(separator: "\n")
        case .table(let table): table.text
        case .code(let code): "    \(LetterText.line(code))"
        case .button(_, let address), .link(let address): LetterText.line(address)
        }
    }
}
