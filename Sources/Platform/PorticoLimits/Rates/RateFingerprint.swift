/// 128 bits that stand for a key, made with secrets of this process: an attacker cannot aim at somebody else's counter,
/// and two of a million keys meet by chance once in 10^26 tables.
///
/// Names go through the standard library's keyed hash; numbers and the hashes of names are folded with the secrets by
/// full-width multiplication, which takes a few nanoseconds.
struct RateFingerprint: Sendable, Hashable {
    private(set) var high: UInt64
    /// Never 0, which marks an empty slot.
    private(set) var low: UInt64

    private static let secrets: (UInt64, UInt64, UInt64, UInt64) = (
        .random(in: 1 ... .max), .random(in: 1 ... .max), .random(in: 1 ... .max), .random(in: 1 ... .max)
    )

    init(_ demand: RateDemand) {
        self.init(seed: demand.rule.seed, demand.subject, demand.second)
    }

    init(_ key: RateKey, _ algorithm: RateAlgorithm) {
        self.init(seed: RateFingerprint.seed(name: key.rule, algorithm), key.subject, key.second)
    }

    /// What the rule adds to its keys.
    static func seed(name: String, _ algorithm: RateAlgorithm) -> UInt64 {
        switch algorithm {
        case .tokenBucket: hash(name, salt: 1)
        case .slidingWindow: hash(name, salt: 2)
        case .slidingLog: hash(name, salt: 5)
        }
    }

    private init(seed: UInt64, _ subject: RateSubject, _ second: RateSubject?) {
        high = seed
        low = ~seed
        mix(subject)
        if let second { mix(second) }
        if low == 0 { low = 1 }
    }

    private mutating func mix(_ subject: RateSubject) {
        let (first, second, third, fourth) = RateFingerprint.secrets
        let kind = UInt64(subject.kind.rawValue)
        if subject.name.isEmpty {
            mix(subject.number ^ first, kind ^ second)
        } else {
            mix(RateFingerprint.hash(subject.name, salt: 3) ^ first, subject.number ^ kind << 56 ^ second)
            mix(RateFingerprint.hash(subject.name, salt: 4) ^ third, fourth)
        }
    }

    private mutating func mix(_ left: UInt64, _ right: UInt64) {
        let (_, _, third, fourth) = RateFingerprint.secrets
        let one = RateFingerprint.fold(left ^ high, right &+ third)
        let other = RateFingerprint.fold(left ^ fourth, right ^ low)
        high = RateFingerprint.fold(one ^ third, other ^ left)
        low = RateFingerprint.fold(other ^ fourth, one ^ right)
    }

    private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }

    private static func hash(_ name: String, salt: UInt8) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(salt)
        hasher.combine(name)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }
}
