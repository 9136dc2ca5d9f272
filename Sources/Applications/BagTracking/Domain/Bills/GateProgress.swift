/// How far the check of a lorry at the gate is (rules R27, R28).
struct GateProgress: Sendable, Hashable {
    /// Sacks on the bill.
    var expectedCount = 0
    /// Those of them that were scanned at the gate.
    var seenCount = 0
    /// Sacks that were found on the lorry, are not on the bill, and have not been unloaded.
    var openFindings = 0

    var missingCount: Int { max(0, expectedCount - seenCount) }
}
