import PorticoTelemetry
import Testing

@Suite struct LatencyHistogramTests {
    @Test("is empty at first")
    func empty() {
        let histogram = LatencyHistogram()
        #expect(histogram.count == 0 && histogram.p50 == 0 && histogram.p99 == 0 && histogram.maxNanoseconds == 0)
        #expect(histogram.snapshot().meanNanoseconds == 0)
    }

    @Test(
        "gives back a duration within 3.2 % and 32 ns",
        arguments: [0, 1, 63, 64, 1023, 1024, 1025, 4095, 65_537, 999_999, 5_000_000, 123_456_789, 3_600_000_000_000])
    func precision(nanoseconds: Int64) {
        let histogram = LatencyHistogram()
        histogram.record(nanoseconds: nanoseconds)
        // A longer one, so that the exact maximum does not answer for the bucket.
        histogram.record(nanoseconds: 4_000_000_000_000)
        let error = abs(histogram.snapshot().quantile(0.5) - nanoseconds)
        #expect(Double(error) <= max(32, Double(nanoseconds) * 0.032))
    }

    @Test("finds quantiles of an even distribution")
    func quantiles() {
        let histogram = LatencyHistogram()
        for microseconds in 1...10_000 { histogram.record(nanoseconds: Int64(microseconds) * 1000) }
        let snapshot = histogram.snapshot()
        #expect(snapshot.count == 10_000)
        #expect(snapshot.sumNanoseconds == 50_005_000_000)
        #expect(snapshot.meanNanoseconds == 5_000_500)
        #expect(snapshot.maxNanoseconds == 10_000_000 && snapshot.quantile(1) == 10_000_000)
        for (found, exact) in [(snapshot.p50, 5.0e6), (snapshot.p95, 9.5e6), (snapshot.p99, 9.9e6)] {
            #expect(abs(Double(found) - exact) / exact < 0.032)
        }
        #expect(histogram.p95 == snapshot.p95 && histogram.p99 == snapshot.p99 && histogram.p50 == snapshot.p50)
    }

    @Test("takes negative durations as zero and endless ones into the last step")
    func extremes() {
        let histogram = LatencyHistogram()
        histogram.record(nanoseconds: -5)
        histogram.record(nanoseconds: .max / 2)
        #expect(histogram.count == 2)
        #expect(histogram.p50 <= 32)
        #expect(histogram.maxNanoseconds == .max / 2)
    }

    @Test("never reports a quantile above the maximum")
    func clamped() {
        let histogram = LatencyHistogram()
        for _ in 0..<10 { histogram.record(nanoseconds: 1_048_577) }
        #expect(histogram.p50 <= 1_048_577)
    }

    @Test("merges snapshots and resets")
    func merge() {
        let fast = LatencyHistogram()
        let slow = LatencyHistogram()
        fast.record(nanoseconds: 1000)
        slow.record(nanoseconds: 1_000_000)
        var both = LatencySnapshot.empty
        both.merge(fast.snapshot())
        both.merge(slow.snapshot())
        both.merge(.empty)
        #expect(both.count == 2 && both.sumNanoseconds == 1_001_000 && both.maxNanoseconds == 1_000_000)
        #expect(both.p50 < 1100)
        fast.reset()
        #expect(fast.count == 0 && fast.sumNanoseconds == 0 && fast.maxNanoseconds == 0)
    }

    @Test("loses nothing under contention")
    func contention() async {
        let histogram = LatencyHistogram()
        await withTaskGroup(of: Void.self) { group in
            for task in 1...8 {
                group.addTask {
                    for step in 1...1000 { histogram.record(nanoseconds: Int64(task * step)) }
                }
            }
        }
        #expect(histogram.count == 8000)
        #expect(histogram.sumNanoseconds == 36 * 500_500)
        #expect(histogram.maxNanoseconds == 8000)
    }
}
