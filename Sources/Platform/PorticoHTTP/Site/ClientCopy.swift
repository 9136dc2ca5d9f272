import PorticoValues

/// What a client has of an answer already, by its conditions (RFC 9110 §13.2.2).
public enum ClientCopy {
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
