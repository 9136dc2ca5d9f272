import PorticoBench
import Testing

@Suite("A record of latencies") struct LatencyRecordTests {
    private static let shares = [0.0, 0.01, 0.5, 0.9, 0.95, 0.99, 0.999, 1]

    /// Durations of all magnitudes, from nanoseconds to minutes.
    private func durations(_ count: Int, _ dice: inout Dice) -> [Int64] {
        (0..<count).map { _ in
            let magnitude = Int64.random(in: 1...40, using: &dice)
            return Int64.random(in: 0..<(1 << magnitude), using: &dice)
        }
    }

    private func record(_ durations: [Int64]) -> LatencyRecord {
        var record = LatencyRecord()
        for duration in durations { record.add(duration) }
        return record
    }

    @Test("knows every percentile within 0.4 %", arguments: [UInt64](1...20))
    func percentiles(seed: UInt64) {
        var dice = Dice(seed: seed)
        let durations = durations(Int.random(in: 1...3000, using: &dice), &dice)
        let record = record(durations)
        let sorted = durations.sorted()
        for share in LatencyRecordTests.shares {
            let rank = max(1, Int((share * Double(sorted.count)).rounded(.up)))
            let exact = sorted[rank - 1]
            let distance = abs(record.nanoseconds(at: share) - exact)
            #expect(Double(distance) <= 0.004 * Double(exact), "\(share) of \(sorted.count): \(exact)")
        }
    }

    @Test("put together of parts is the record of the whole", arguments: [UInt64](1...5))
    func merging(seed: UInt64) {
        var dice = Dice(seed: seed)
        let durations = durations(2000, &dice)
        var merged = record(Array(durations[..<700]))
        merged.merge(record(Array(durations[700...])))
        #expect(merged == record(durations))
        merged.merge(LatencyRecord())
        #expect(merged.count == 2000)
    }

    @Test("is exact below 256 ns and at its end, and takes what it has no bucket for")
    func edges() {
        #expect(LatencyRecord().nanoseconds(at: 0.5) == 0)
        #expect(record([255, 255, 255]).nanoseconds(at: 0.5) == 255)
        #expect(record([-5]).longest == 0)
        let long = record([1, Int64.max])
        #expect(long.longest == Int64.max)
        #expect(long.nanoseconds(at: 1) == Int64.max)
        #expect(long.milliseconds(at: 0.5) == 0.000_001)
    }
}
