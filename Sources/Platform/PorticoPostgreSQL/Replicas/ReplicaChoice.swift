import Glibc

/// Chooses among copies by weight, the same one for the same caller as long as it may answer: a caller who goes from page to
/// page does not go back in time.
enum ReplicaChoice {
    /// The place of the chosen one.
    /// - Parameters:
    ///   - candidates: copies that may answer, with their weights.
    ///   - key: the caller's.
    static func choose(_ candidates: [(place: Int, weight: Int)], key: UInt64) -> Int? {
        guard candidates.count > 1 else { return candidates.first?.place }
        return candidates.max { score($0, key) < score($1, key) }?.place
    }

    /// Weighted rendezvous hashing: the logarithm makes the part of each proportional to its weight, and the loss of one
    /// moves only its own callers (https://www.snia.org/sites/default/files/SDC15_presentations/dist_sys/Jason_Resch_New_Consistent_Hashings_Rev.pdf).
    private static func score(_ candidate: (place: Int, weight: Int), _ key: UInt64) -> Double {
        let mixed = mix(key &+ mix(UInt64(candidate.place) &+ 1))
        let unit = (Double(mixed >> 11) + 0.5) / Double(1 << 53)
        return -Double(candidate.weight) / log(unit)
    }

    /// The finalizer of SplitMix64 (https://prng.di.unimi.it/splitmix64.c).
    private static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value &+ 0x9e37_79b9_7f4a_7c15
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
