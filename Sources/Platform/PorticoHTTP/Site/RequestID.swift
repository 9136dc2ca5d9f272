/// Ids of requests: 32 hex digits, also usable as a trace id.
enum RequestID {
    static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        let digits = Array("0123456789abcdef".utf8)
        return String(unsafeUninitializedCapacity: 32) { output in
            for half in 0..<2 {
                var bits = generator.next()
                for index in 0..<16 {
                    output[half * 16 + index] = digits[Int(bits & 15)]
                    bits >>= 4
                }
            }
            return 32
        }
    }

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
