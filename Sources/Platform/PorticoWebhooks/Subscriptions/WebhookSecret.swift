import PorticoValues

/// What a receiver checks signatures with: 24 to 64 random bytes, written `whsec_` and Base64 (Standard Webhooks).
public struct WebhookSecret: Sendable {
    private static let prefix = "whsec_"
    private let bytes: Secret<[UInt8]>

    /// A new one of 32 bytes.
    public init() {
        bytes = Secret(randomBytes(32))
    }

    init(bytes: [UInt8]) {
        self.bytes = Secret(bytes)
    }

    /// Reads ``reveal()``'s text, with or without its prefix; nil when it is none.
    public init?(_ text: String) {
        let plain = text.hasPrefix(WebhookSecret.prefix) ? text.dropFirst(WebhookSecret.prefix.count) : text[...]
        guard let bytes = Base64.bytes(plain), (24...64).contains(bytes.count) else { return nil }
        self.init(bytes: bytes)
    }

    /// The text that its owner is shown once.
    public func reveal() -> String { WebhookSecret.prefix + Base64.text(bytes.reveal()) }

    var key: [UInt8] { bytes.reveal() }
}

/// Base64 with the usual alphabet and padding (RFC 4648 §4).
enum Base64 {
    static func text(_ bytes: [UInt8]) -> String {
        let plain = bytes.base64URL.utf8.map { byte -> UInt8 in
            switch byte {
            case UInt8(ascii: "-"): UInt8(ascii: "+")
            case UInt8(ascii: "_"): UInt8(ascii: "/")
            default: byte
            }
        }
        let padding = [UInt8](repeating: UInt8(ascii: "="), count: (4 - plain.count % 4) % 4)
        return String(decoding: plain + padding, as: UTF8.self)
    }

    static func bytes(_ text: some StringProtocol) -> [UInt8]? {
        guard !text.contains("-"), !text.contains("_") else { return nil }
        let safe = text.utf8.map { byte -> UInt8 in
            switch byte {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            default: byte
            }
        }
        var plain = safe[...]
        while plain.last == UInt8(ascii: "=") { plain = plain.dropLast() }
        guard safe.count - plain.count <= 2 else { return nil }
        return [UInt8](base64URL: String(decoding: plain, as: UTF8.self))
    }
}
