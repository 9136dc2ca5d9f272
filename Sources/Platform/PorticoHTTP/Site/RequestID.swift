import PorticoValues

/// Ids of requests: 32 hex digits, also usable as a trace id.
enum RequestID {
    static func make() -> String { randomBytes(16).hexadecimal }

    /// An id that a proxy sent, when it is short and harmless.
    static func sane(_ text: String) -> String? {
        guard (8...64).contains(text.utf8.count) else { return nil }
        let isHarmless = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D
                || byte == 0x5F || byte == 0x2E
        }
        return isHarmless ? text : nil
    }
}
