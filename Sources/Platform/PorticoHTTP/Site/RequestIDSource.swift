import PorticoValues
import Synchronization

/// Ids of requests: 32 hex digits, also usable as a trace id. They name requests and guard nothing, so they need not be
/// hard to guess: 64 random bits tell the processes apart, a count that is stirred tells requests of one apart.
final class RequestIDSource: Sendable {
    private let process: String
    private let seed: UInt64
    private let count = Atomic<UInt64>(0)

    init() {
        process = randomBytes(8).hexadecimal
        seed = UInt64.random(in: .min ... .max)
    }

    /// The next id.
    func next() -> String {
        let number = count.wrappingAdd(1, ordering: .relaxed).newValue
        return RequestIDSource.text(process, RequestIDSource.stir(seed &+ number &* 0x9E37_79B9_7F4A_7C15))
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

    /// A permutation of 64-bit numbers without a visible pattern (the finaliser of SplitMix64, Steele et al. 2014).
    private static func stir(_ number: UInt64) -> UInt64 {
        var z = number
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    private static func text(_ process: String, _ number: UInt64) -> String {
        String(unsafeUninitializedCapacity: 32) { buffer in
            var index = 0
            for byte in process.utf8 {
                buffer[index] = byte
                index += 1
            }
            for shift in stride(from: 60, through: 0, by: -4) {
                let digit = UInt8(truncatingIfNeeded: number >> UInt64(shift)) & 15
                buffer[index] = digit < 10 ? 0x30 + digit : 0x57 + digit
                index += 1
            }
            return index
        }
    }
}
