/// What a letter says in its two forms, word by word, for tests that compare them.
public enum LetterWords {
    /// Words of a plain text, without marks at their ends.
    public static func plain(_ text: String) -> Set<String> {
        Set(
            text.split(whereSeparator: \.isWhitespace).map { word in
                String(word.reversed().drop { ",:".contains($0) }.reversed())
            }.filter { !$0.isEmpty && $0 != "--" })
    }

    /// Words that a reader of the markup sees, in the same form.
    public static func seen(_ markup: String) -> Set<String> {
        var text = ""
        for piece in pieces(of: body(of: markup)) {
            switch piece {
            case .text(let words): text += unescaped(words)
            case .tag(let tag): text += tag.contains("bdi") ? "" : " "
            }
        }
        return plain(text)
    }

    /// The tags of the markup, as they stand, without what closes them.
    public static func tags(_ markup: String) -> [String] {
        pieces(of: markup).compactMap { piece in
            guard case .tag(let tag) = piece, !tag.hasPrefix("/") else { return nil }
            return tag
        }
    }

    private enum Piece {
        case text(String)
        case tag(String)
    }

    private static func body(of markup: String) -> String {
        guard let start = markup.firstRange(of: "<body>") else { return markup }
        return String(markup[start.upperBound...])
    }

    private static func pieces(of markup: String) -> [Piece] {
        var pieces: [Piece] = []
        for part in markup.split(separator: "<", omittingEmptySubsequences: false).enumerated() {
            guard part.offset > 0, let end = part.element.firstIndex(of: ">") else {
                pieces.append(.text(String(part.element)))
                continue
            }
            pieces.append(.tag(String(part.element[..<end])))
            pieces.append(.text(String(part.element[part.element.index(after: end)...])))
        }
        return pieces
    }

    private static func unescaped(_ text: String) -> String {
        let references = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
        return references.reduce(text) { $0.replacing($1.0, with: $1.1) }
    }
}
