import PorticoValues

/// Entity tags and the conditional requests that use them (RFC 9110 §8.8.3, §13).
public enum EntityTag {
    /// A strong tag of a body.
    public static func of(_ body: [UInt8]) -> String {
        "\"\(Digest.sha256(body).prefix(12).base64URL)\""
    }

    /// Whether `If-None-Match` says that the client already has what `tag` names.
    public static func matches(_ condition: String, _ tag: String) -> Bool {
        if condition == "*" { return true }
        return condition.split(separator: ",").contains { candidate in
            let candidate = candidate.drop { $0 == " " }.prefix { $0 != " " }
            return strong(candidate) == strong(Substring(tag))
        }
    }

    /// Whether `If-Match` names what `tag` names. Weak tags never fit (RFC 9110 §13.1.1), `*` fits all there is.
    /// - Parameter tag: of the answer; nil where it has none.
    static func matchesStrongly(_ condition: String, _ tag: String?) -> Bool {
        if condition == "*" { return true }
        guard let tag, !tag.hasPrefix("W/") else { return false }
        return condition.split(separator: ",").contains { candidate in
            candidate.drop { $0 == " " }.prefix { $0 != " " } == tag
        }
    }

    private static func strong(_ tag: Substring) -> Substring {
        tag.hasPrefix("W/") ? tag.dropFirst(2) : tag
    }
}
