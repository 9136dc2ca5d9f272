import PorticoTelemetry
import Testing

@Suite struct NamedStatisticsTests {
    @Test("keeps count, time, rows and errors by name, the most expensive first")
    func records() throws {
        let statistics = NamedStatistics()
        statistics.record("bag.by_code", nanoseconds: 1000, rows: 1)
        statistics.record("bag.by_code", nanoseconds: 3000, rows: 2, failed: true)
        statistics.record("scan.insert", nanoseconds: 9000, rows: -1)
        let snapshot = statistics.snapshot()
        #expect(snapshot.map(\.name) == ["scan.insert", "bag.by_code"])
        let bag = try #require(snapshot.last)
        #expect(bag.count == 2 && bag.errors == 1 && bag.rows == 3)
        #expect(bag.totalNanoseconds == 4000 && bag.meanNanoseconds == 2000 && bag.slowest == 3000)
        #expect(bag.p50 < 1100 && bag.p95 == 3000 && bag.p99 == 3000)
        #expect(snapshot[0].rows == 0)
    }

    @Test("orders equal totals by name")
    func ties() {
        let statistics = NamedStatistics()
        for name in ["c", "a", "b"] { statistics.record(name, nanoseconds: 5) }
        #expect(statistics.snapshot().map(\.name) == ["a", "b", "c"])
    }

    @Test("sends names beyond the bound to _other_")
    func bounded() {
        let statistics = NamedStatistics(maximumNames: 2)
        for name in ["a", "b", "c", "d", "a"] { statistics.record(name, nanoseconds: 10) }
        let counts = Dictionary(uniqueKeysWithValues: statistics.snapshot().map { ($0.name, $0.count) })
        #expect(counts == ["a": 2, "b": 1, "_other_": 2])
        #expect(statistics.recorder(for: "z").name == "_other_")
    }

    @Test("a recorder may be kept, until everything is reset")
    func recorder() {
        let statistics = NamedStatistics()
        let recorder = statistics.recorder(for: "a")
        #expect(recorder === statistics.recorder(for: "a"))
        recorder.record(nanoseconds: 1)
        #expect(statistics.snapshot().first?.count == 1)
        statistics.reset()
        #expect(statistics.snapshot().isEmpty)
        #expect(statistics.recorder(for: "a") !== recorder)
    }
}
