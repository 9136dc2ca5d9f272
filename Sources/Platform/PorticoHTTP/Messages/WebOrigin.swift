/// Scheme, host and port of a page: what a browser says in `Origin` (RFC 6454 §6.2, §7).
///
/// Two origins are the same when all three are; a port that is not said is the usual one of its scheme.
struct WebOrigin: Sendable, Hashable {
    private static let usualPorts: [Substring: UInt16] = ["http:": 80, "https:": 443]

    private let scheme: Substring
    private let host: Substring
    private let port: UInt16

    /// Reads `https://desk.example` or `http://127.0.0.1:8080`; nil where there is a path, another scheme, or `null`.
    init?(_ text: String) {
        let parts = text.lowercased().split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[1].isEmpty, let usualPort = WebOrigin.usualPorts[parts[0]] else { return nil }
        let authority = parts[2]
        // Colons between brackets belong to the address (RFC 3986 §3.2.2).
        let end = authority.lastIndex { $0 == ":" || $0 == "]" } ?? authority.endIndex
        let colon = end < authority.endIndex && authority[end] == ":" ? end : authority.endIndex
        let said = authority[colon...].dropFirst()
        guard colon > authority.startIndex, let port = colon == authority.endIndex ? usualPort : UInt16(said) else {
            return nil
        }
        scheme = parts[0]
        host = authority[..<colon]
        self.port = port
    }
}
