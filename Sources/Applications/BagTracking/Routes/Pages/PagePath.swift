import Portico

/// Where a form leads afterwards when it says so itself: only to a page of this application.
enum PagePath {
    /// `next` when it leads to a page below `mount`, else `fallback`.
    ///
    /// What a browser could read as another host is refused: a second slash, a backslash, spaces, control characters.
    static func checked(_ next: String?, mount: String, or fallback: String) -> String {
        guard let next, next.utf8.count <= 2048, next.hasPrefix("\(mount)/"), !next.contains("//"),
            next.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x5C })
        else { return fallback }
        return next
    }

    /// `path` with one more item of its query.
    static func adding(_ name: String, _ value: String, to path: String) -> String {
        "\(path)\(path.contains("?") ? "&" : "?")\(PageAddress.encode(name))=\(PageAddress.encode(value))"
    }
}

extension FieldReader {
    /// A field of a form or a filter, taken as it comes: absent and empty are the same, and the page says what is
    /// wrong.
    mutating func typed(_ name: String, _ description: String) -> String {
        optionalText(name, 0...262_144, description) ?? ""
    }

    /// A code in the path. What can't be one is unknown, not malformed.
    mutating func codeInPath(
        _ name: String = "code", _ description: String = "Code of a sack or bag", example: String? = nil
    ) -> String {
        text(name, 1...8000, in: .path, example: example, description)
    }
}

extension String {
    /// Nil for the empty text, which is what a form sends for a field nobody filled in.
    var unlessEmpty: String? { isEmpty ? nil : self }
}
