import PorticoValues

/// What a client has of an answer already, by its conditions (RFC 9110 §13.2.2).
public enum ClientCopy {
    /// Whether the answer is still the one that the client means: it goes on with `If-Match` or `If-Unmodified-Since` only
    /// as long as nothing has changed (§13.1.1, §13.1.4). Asked before ``isCurrent(_:tag:modified:now:)``; when not, the answer is
    /// ``changed``.
    /// - Parameters:
    ///   - tag: the entity tag of the answer.
    ///   - modified: its `Last-Modified`; without one a date means nothing.
    public static func isMeant(_ request: Headers, tag: String?, modified: String?, now: Instant) -> Bool {
        if request["if-match"] != nil {
            return EntityTag.matchesStrongly(request.values("if-match").joined(separator: ","), tag)
        }
        guard request["if-unmodified-since"] != nil else { return true }
        let dates = request.values("if-unmodified-since")
        guard dates.count == 1, let modified = modified.flatMap({ HTTPDate($0) }),
            let date = HTTPDate(received: dates[0], now: HTTPDate(now))
        else { return true }
        return modified <= date
    }

    /// What a client is told that means another state than the present one.
    public static var changed: Problem {
        Problem(412, "stale", "It has changed since you loaded it. Load it again.")
    }

    /// Whether what the client has is what it would get, so that 304 says it all. Who names tags is not asked for a date
    /// (§13.1.3): tags tell apart what dates can't.
    /// - Parameters:
    ///   - tag: the entity tag of the answer.
    ///   - modified: its `Last-Modified`; without one a date means nothing.
    public static func isCurrent(_ request: Headers, tag: String?, modified: String?, now: Instant) -> Bool {
        let tags = request.values("if-none-match")
        guard tags.isEmpty else {
            guard let tag else { return false }
            return EntityTag.matches(tags.joined(separator: ","), tag)
        }
        let dates = request.values("if-modified-since")
        guard dates.count == 1, let modified = modified.flatMap({ HTTPDate($0) }),
            let date = HTTPDate(received: dates[0], now: HTTPDate(now))
        else { return false }
        return modified <= date
    }
}
