import Portico

/// The numbers behind demonstration data: the same seed and stream give the same numbers on every machine
/// (SplitMix64; Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
struct DemoRandom: RandomNumberGenerator {
    private var state: UInt64

    /// - Parameter stream: numbers of different streams have nothing to do with each other.
    init(seed: UInt64, stream: UInt64 = 0) {
        state = DemoRandom.mixed(seed &+ 0x9E37_79B9_7F4A_7C15 &* (stream &+ 1))
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return DemoRandom.mixed(state)
    }

    /// A number from 0 to `count` − 1.
    mutating func below(_ count: Int) -> Int {
        Int(next() % UInt64(max(count, 1)))
    }

    /// A UUID of version 7 whose random bits are these numbers.
    mutating func uuid(at instant: Instant) -> String {
        let time = UInt64(bitPattern: instant.milliseconds)
        let high = time << 16 | 0x7000 | next() & 0x0FFF
        let low = next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        return String(unsafeUninitializedCapacity: 36) { text in
            var place = 0
            for index in 0..<32 {
                if [8, 12, 16, 20].contains(index) {
                    text[place] = 0x2D
                    place += 1
                }
                let half = index < 16 ? high : low
                let digit = UInt8(truncatingIfNeeded: half >> UInt64(60 - index % 16 * 4) & 0xF)
                text[place] = digit < 10 ? 0x30 + digit : 0x57 + digit
                place += 1
            }
            return 36
        }
    }

    private static func mixed(_ number: UInt64) -> UInt64 {
        var mixed = number
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
