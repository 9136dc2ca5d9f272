import PorticoHTTP
import PorticoOutbound

/// A setting, declared once: its key, what is accepted, what it is when nobody says, and what it does.
public struct SettingDeclaration: Sendable {
    /// What is accepted.
    public enum Kind: Sendable, Hashable {
        /// Text of a length.
        case text(ClosedRange<Int>)
        /// A whole number.
        case integer(ClosedRange<Int>)
        /// `true` or `false`.
        case flag
        /// One of a few words.
        case choice([String])
        /// Texts separated by commas.
        case list
        /// Networks in CIDR form, separated by commas.
        case networks
        /// Where a server is reached, such as `https://bags.example.org`; empty for none.
        case webAddress
    }

    /// Dotted key: `server.port`. In the environment `PORTICO_SERVER_PORT`.
    public let key: String
    /// What is accepted.
    public let kind: Kind
    /// The value when nobody says, as text.
    public let fallback: String
    /// Whether it must never be shown.
    public let isSecret: Bool
    /// What it does, in one line.
    public let summary: String

    /// A setting.
    public init(_ key: String, _ kind: Kind, default fallback: String, isSecret: Bool = false, _ summary: String) {
        self.key = key
        self.kind = kind
        self.fallback = fallback
        self.isSecret = isSecret
        self.summary = summary
    }

    /// Name in the environment.
    var environmentName: String {
        "PORTICO_" + key.map { $0 == "." ? "_" : String($0).uppercased() }.joined()
    }

    /// What is accepted, in words.
    var accepted: String {
        switch kind {
        case .text(let length): "text of \(length.lowerBound) to \(length.upperBound) characters"
        case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .flag: "true or false"
        case .choice(let words): "one of \(words.joined(separator: ", "))"
        case .list: "texts separated by commas"
        case .networks: "networks separated by commas, such as 10.0.0.0/8, ::1"
        case .webAddress: "an address such as https://bags.example.org, without anything behind the host and port"
        }
    }

    /// Whether a text is accepted.
    func accepts(_ text: String) -> Bool {
        switch kind {
        case .text(let length): length.contains(text.count)
        case .integer(let range): Int(text).map { range.contains($0) } ?? false
        case .flag: text == "true" || text == "false"
        case .choice(let words): words.contains(text)
        case .list: true
        case .networks: TrustedProxies(Settings.items(of: text)) != nil
        case .webAddress: text.isEmpty || SettingDeclaration.isWebAddress(text)
        }
    }

    /// `http` or `https`, a host and perhaps a port; a path would stand in the middle of every link.
    private static func isWebAddress(_ text: String) -> Bool {
        guard text.utf8.count <= 200, (try? OutboundURL(text)) != nil else { return false }
        return !text.drop { $0 != ":" }.dropFirst("://".count).contains { "/?#".contains($0) }
    }
}
