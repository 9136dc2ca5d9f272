/// Ids of the spans of one piece of work: one random number, stirred anew for each (SplitMix64, Steele et al. 2014), because
/// asking the system for each would cost more than recording.
struct SpanIDs: Sendable {
    private var state: UInt64

    /// - Parameter seed: random.
    init(seed: UInt64) {
        state = seed
    }

    /// The next id; never zero, which stands for none (W3C Trace Context §3.2.2.4).
    mutating func next() -> UInt64 {
        while true {
            state &+= 0x9E37_79B9_7F4A_7C15
            var id = state
            id = (id ^ (id >> 30)) &* 0xBF58_476D_1CE4_E5B9
            id = (id ^ (id >> 27)) &* 0x94D0_49BB_1331_11EB
            id ^= id >> 31
            if id != 0 { return id }
        }
    }
}
