import PorticoTelemetry
import PorticoValues
import Testing

@Suite struct RollingWindowTests {
    private let start = Instant(seconds: 1_790_000_000)

    @Test("sums up the last slots, the running one included")
    func snapshot() {
        let window = RollingWindow(slots: 6, width: .seconds(10))
        window.record(nanoseconds: 1000, at: start)
        window.record(nanoseconds: 2000, failed: true, at: start + .seconds(10))
        window.record(nanoseconds: 3000, at: start + .seconds(15))
        let snapshot = window.snapshot(at: start + .seconds(15))
        #expect(snapshot.count == 3 && snapshot.failures == 1)
        #expect(snapshot.latency.sumNanoseconds == 6000)
        #expect(snapshot.failureRatio == 1.0 / 3)
        #expect(window.snapshot(last: .seconds(10), at: start + .seconds(15)).count == 2)
        #expect(window.snapshot(last: .seconds(11), at: start + .seconds(15)).count == 3)
    }

    @Test("reckons the rate over the time that has passed")
    func rate() {
        let window = RollingWindow(slots: 6, width: .seconds(10))
        for second in 0..<20 {
            window.record(nanoseconds: 1, at: start + .seconds(Int64(second)))
        }
        let snapshot = window.snapshot(last: .seconds(20), at: start + .seconds(15))
        #expect(snapshot.covered == .seconds(15))
        #expect(snapshot.ratePerSecond == 20.0 / 15)
        #expect(window.snapshot(last: .seconds(1), at: start + .seconds(20)).covered == .milliseconds(1))
    }

    @Test("forgets what has left the ring")
    func forgets() {
        let window = RollingWindow(slots: 3, width: .seconds(1))
        window.record(nanoseconds: 1, at: start)
        #expect(window.snapshot(at: start + .seconds(2)).count == 1)
        #expect(window.snapshot(at: start + .seconds(3)).count == 0)
        #expect(window.snapshot(at: start + .seconds(3)).failureRatio == 0)
        window.record(nanoseconds: 1, at: start + .seconds(3))
        #expect(window.snapshot(at: start + .seconds(3)).count == 1)
    }

    @Test("ignores an event that comes too late, and takes one that is only a little late")
    func late() {
        let window = RollingWindow(slots: 3, width: .seconds(1))
        window.record(nanoseconds: 1, at: start + .seconds(5))
        window.record(nanoseconds: 1, at: start + .seconds(2))
        #expect(window.snapshot(at: start + .seconds(5)).count == 1)
        window.record(nanoseconds: 1, at: start + .seconds(4))
        #expect(window.snapshot(at: start + .seconds(5)).count == 2)
    }

    @Test("does not show what lies ahead of now")
    func ahead() {
        let window = RollingWindow(slots: 3, width: .seconds(1))
        window.record(nanoseconds: 1, at: start + .seconds(1))
        #expect(window.snapshot(at: start).count == 0)
    }

    @Test("gives the points of a chart, empty slots included")
    func history() {
        let window = RollingWindow(slots: 4, width: .seconds(10))
        window.record(nanoseconds: 500, at: start - .seconds(20))
        window.record(nanoseconds: 900, failed: true, at: start)
        let history = window.history(at: start + .seconds(9))
        #expect(history.map(\.count) == [0, 1, 0, 1])
        #expect(history.map(\.failures) == [0, 0, 0, 1])
        #expect(history.map(\.start) == [-30, -20, -10, 0].map { start + .seconds($0) })
        #expect(history[3].latency.maxNanoseconds == 900)
    }

    @Test("works before 1970 and with degenerate sizes")
    func degenerate() {
        let window = RollingWindow(slots: 0, width: .milliseconds(0))
        #expect(window.slotCount == 1 && window.slotWidth == .milliseconds(1))
        let early = Instant(milliseconds: -1)
        window.record(nanoseconds: 1, at: early)
        #expect(window.snapshot(at: early).count == 1)
        let wide = RollingWindow(slots: 2, width: .seconds(10))
        wide.record(nanoseconds: 1, at: early)
        #expect(wide.history(at: early).last?.start == Instant(seconds: -10))
        #expect(wide.snapshot(at: early).count == 1)
    }
}
