/// An e-mail address that breaks where a reader would break it: after the @ and after a dot, and not inside a word.
public struct EmailText: PageComponent {
    /// The address as it is written.
    public var address: String

    /// An address to show.
    public init(_ address: String) {
        self.address = address
    }

    /// The finished markup.
    public var html: HTML {
        var pieces: [HTML] = []
        var piece = ""
        for character in address {
            piece.append(character)
            guard character == "@" || character == "." else { continue }
            pieces.append("\(piece)<wbr>")
            piece = ""
        }
        pieces.append("\(piece)")
        return HTML(joining: pieces)
    }
}
