import Testing

@testable import Portico

@Suite("The words of a move")
struct MoveReportTests {
    private static let second: Int64 = 1_000_000_000

    private func progress(
        _ done: Int, of total: Int = 40_000, _ stage: DataMoveProgress.Stage = .copying, in table: String = "bags",
        _ place: Int = 3
    ) -> DataMoveProgress {
        var progress = DataMoveProgress(stage: stage, tables: 9, done: done, total: total)
        progress.table = table
        progress.place = place
        return progress
    }

    @Test("a terminal's line says how far it is, how fast it goes and how long it takes")
    func terminal() {
        var report = MoveReport(of: "bags", .terminal(columns: 200))
        #expect(
            report.text(for: progress(10_000), at: 0)
                == "\r\u{1B}[K[#####...............]  25 %  copying  table 3 of 9 bags  10,000 of 40,000 rows")
        #expect(
            report.text(for: progress(20_000), at: 2 * MoveReportTests.second)
                == """
                \r\u{1B}[K[##########..........]  50 %  copying  table 3 of 9 bags  20,000 of 40,000 rows  \
                5,000 rows/s  4 s left
                """)
        #expect(
            report.text(for: progress(2, of: 5, .linking, in: "doors", 0), at: 3 * MoveReportTests.second)
                == "\r\u{1B}[K[########............]  40 %  linking  foreign keys and statistics  2 of 5  doors")
        #expect(report.cleared() == "\r\u{1B}[K")
        #expect(report.cleared() == nil)
    }

    @Test("a terminal's line is drawn five times a second at the most, and is no wider than the terminal")
    func drawnSeldom() {
        var report = MoveReport(of: "bags", .terminal(columns: 40))
        let drawn = (0..<1000).compactMap { number in
            report.text(for: progress(number), at: Int64(number) * 10_000_000)
        }
        #expect(drawn.count == 50)
        #expect(drawn.allSatisfy { $0.hasPrefix("\r\u{1B}[K") && $0.dropFirst(4).count <= 39 })
    }

    @Test("what came too soon is drawn a moment later, once, also after the line was taken off")
    func drawnLater() {
        var report = MoveReport(of: "bags", .terminal(columns: 200))
        #expect(report.tick(at: 0) == nil)
        #expect(report.text(for: progress(1), at: 0) != nil)
        #expect(report.tick(at: MoveReportTests.second) == nil)
        #expect(report.text(for: progress(2), at: MoveReportTests.second) != nil)
        #expect(report.cleared() != nil)
        #expect(report.text(for: progress(3), at: MoveReportTests.second + 1) == nil)
        #expect(report.tick(at: MoveReportTests.second + 100_000_000) == nil)
        #expect(report.tick(at: MoveReportTests.second + 200_000_000)?.contains("  3 of 40,000 rows") == true)
        #expect(report.tick(at: 9 * MoveReportTests.second) == nil)
    }

    @Test("without a terminal there is a line for each stage, each table that is copied, and every ten seconds")
    func lines() {
        var report = MoveReport(of: "bags", .lines)
        #expect(report.text(for: progress(0, in: "", 0), at: 0) == nil)
        #expect(
            report.text(for: progress(0, in: "areas", 1), at: 0)
                == "bags: copying, table 1 of 9 areas, 0 of 40,000 rows\n")
        #expect(report.text(for: progress(10, in: "areas", 1), at: 1) == nil)
        #expect(report.text(for: progress(10, in: "bags", 2), at: 2) != nil)
        #expect(report.text(for: progress(5000, in: "bags", 2), at: 9 * MoveReportTests.second) == nil)
        #expect(
            report.text(for: progress(10_000, in: "bags", 2), at: 10 * MoveReportTests.second + 2)
                == "bags: copying, table 2 of 9 bags, 10,000 of 40,000 rows, 999 rows/s, 30 s left\n")
        #expect(
            report.text(for: progress(0, of: 80_000, .comparing, in: "", 0), at: 11 * MoveReportTests.second) != nil)
        #expect(
            report.text(for: progress(5, of: 80_000, .comparing, in: "areas", 1), at: 12 * MoveReportTests.second)
                == nil)
        #expect(report.tick(at: 20 * MoveReportTests.second) == nil)
        #expect(
            report.tick(at: 21 * MoveReportTests.second)
                == "bags: comparing, table 1 of 9 areas, 5 of 80,000 rows, 0 rows/s, 44 h 26 min left\n")
        #expect(report.cleared() == nil)
    }

    @Test("the last line says how much there is, how long it took, and whether it is equal")
    func summary() {
        let whole = DataMove.Table(name: "bags", rows: 1200, arrived: 1200, digest: "a", arrivedDigest: "a")
        let short = DataMove.Table(name: "bills", rows: 7, arrived: 6, digest: "b", arrivedDigest: "c")
        #expect(
            MoveReport.summary(of: "bags", [whole], seconds: 75) == "bags: 1 tables, 1,200 rows in 1 min 15 s, equal")
        #expect(
            MoveReport.summary(of: "bags", [whole, short], seconds: 7500)
                == "bags: 2 tables, 1,206 rows in 2 h 5 min, NOT EQUAL: bills")
        #expect(MoveReport.line(short).hasSuffix("DIFFERS: 6 rows, c"))
        #expect(MoveReport.line(whole).hasSuffix("a  ok"))
    }
}
