import Portico

/// The scanning device's own id of a scan, `^[A-Za-z0-9_-]{8,64}$`, which makes sending it again harmless
/// (rule R13).
struct ClientScanID: Sendable, Hashable {
    let text: String

    /// Nil when `text` has not the form.
    init?(_ text: String) {
        let isSound = text.utf8.allSatisfy {
            ASCII.isLetter($0) || ASCII.isDigit($0) || $0 == 0x5F || $0 == ASCII.hyphen
        }
        guard isSound, (8...64).contains(text.utf8.count) else { return nil }
        self.text = text
    }

    /// The id that the server gives to a scan that came without one.
    init(_ id: UUIDv7) {
        self.text = id.description
    }
}
