import PorticoSQL
import Testing

@testable import PorticoPostgreSQL

@Suite("Where the primary's log was")
struct PositionHistoryTests {
    private let second: Int64 = 1_000_000_000

    @Test("tells how old the state is that a copy has come to")
    func age() {
        var history = PositionHistory(span: 60 * second)
        for step in 0..<10 { history.add(LogPosition(UInt64(100 + step * 10)), begunAt: Int64(step) * second) }
        #expect(history.newest == LogPosition(190))
        #expect(history.moment(of: LogPosition(190)) == 9 * second)
        #expect(history.moment(of: LogPosition(189)) == 8 * second)
        #expect(history.moment(of: LogPosition(100)) == 0)
        #expect(history.moment(of: LogPosition(99)) == nil)
    }

    @Test("a log that stands still makes no copy older")
    func idle() {
        var history = PositionHistory(span: 60 * second)
        history.add(LogPosition(100), begunAt: 0)
        history.add(LogPosition(100), begunAt: 50 * second)
        #expect(history.moment(of: LogPosition(100)) == 50 * second)
    }

    @Test("remembers its span in a bounded number of samples, and never makes a copy younger than it is")
    func thinning() throws {
        let history = history(samples: 100_000, every: second / 100)
        let newest: Int64 = 99_999
        for back in [Int64(0), 1, 10, 100, 1000, 5000] {
            let position = LogPosition(UInt64(newest - back))
            let moment = try #require(history.moment(of: position))
            #expect(moment <= (newest - back) * (second / 100))
            #expect(moment >= (newest - back) * (second / 100) - second)
        }
    }

    private func history(samples: Int64, every step: Int64) -> PositionHistory {
        var history = PositionHistory(span: 60 * second)
        for number in 0..<samples { history.add(LogPosition(UInt64(number)), begunAt: number * step) }
        return history
    }

    @Test("begins anew when another server has become the primary")
    func failover() {
        var history = PositionHistory(span: 60 * second)
        history.add(LogPosition(500), begunAt: 0)
        history.add(LogPosition(400), begunAt: second)
        #expect(history.newest == LogPosition(400))
        #expect(history.moment(of: LogPosition(450)) == second)
    }

    @Test(
        "does not count the header of a page that nothing is on",
        arguments: [(8192 * 3 + 24, 8192 * 3), (8192 * 3 + 32, 8192 * 3 + 32), (8192 * 3, 8192 * 3)])
    func pageHeader(written: Int, expected: Int) {
        #expect(LogPosition(nextWriteAt: UInt64(written)) == LogPosition(UInt64(expected)))
    }

    @Test(
        "positions are read as they are written, and nothing else is", arguments: ["0", "16b3748", "ffffffffffffffff"])
    func text(_ text: String) {
        #expect(LogPosition(text: text)?.text == text)
    }

    @Test("reads positions as PostgreSQL writes them")
    func serverText() {
        #expect(LogPosition(nextWriteAt: "16/B374D848") == LogPosition(0x16_B374_D848))
        #expect(LogPosition(nextWriteAt: "0/6018") == LogPosition(0x6000))
        #expect(LogPosition(nextWriteAt: "16B374D848") == nil)
        #expect(LogPosition(nextWriteAt: "/1") == nil)
    }

    @Test("refuses what is no position", arguments: ["", "live", "now", "0x12", "-1", "12345678901234567", "16/B37"])
    func noPosition(_ text: String) {
        #expect(LogPosition(text: text) == nil)
    }
}
