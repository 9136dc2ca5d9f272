import PorticoTesting
import Testing

@testable import BagTracking
@testable import Portico

@Suite("How files to import are read (rules R32, R33)", .timeLimit(.minutes(10)))
struct ImportReadingTests {
    /// Rows without end.
    private struct Endless: ByteSource {
        let count = Int.max
        let asked: @Sendable () -> Void

        func read(at offset: Int, count: Int) -> [UInt8] {
            asked()
            return Array(repeating: [0x31, 0x0A], count: 2048).flatMap(\.self)
        }
    }

    /// A reader that tells when it is gone.
    private final class Mortal: TableReader {
        private let reader: CSVReader
        private let gone: @Sendable () -> Void

        init(_ reader: CSVReader, _ gone: @escaping @Sendable () -> Void) {
            self.reader = reader
            self.gone = gone
        }

        deinit { gone() }

        func next() throws(TableError) -> TableRow? { try reader.next() }
    }

    private func units(of source: any ByteSource, gone: @escaping @Sendable () -> Void = {}) -> ImportUnits {
        ImportUnits(of: source) { ImportFeed(Mortal(try CSVReader($0), gone), .packing) { $0.hasPrefix("S") } }
    }

    private func refusal(_ sheets: [(name: String, rows: [[String]])], _ kind: String) async throws -> TestAnswer {
        var answer: TestAnswer?
        try await withApp { app in
            let hall = try await ImportHall(app)
            answer = await hall.send(try HandmadeWorkbook.bytes(sheets), ["kind": kind, "area_code": "lucknow"])
            #expect(try await hall.number("SELECT count(*) FROM import_files") == (answer?.status == 202 ? 1 : 0))
        }
        return try #require(answer)
    }

    @Test("R32: a sheet of packing that has nothing in column A is refused by its name")
    func otherColumn() async throws {
        let good = (name: "Mon", rows: [["code"], ["5000001"], ["SB62001"]])
        let other = (name: "Tue", rows: [["", "5000002"], ["", "SB62002"]])
        for sheets in [[good, other], [other, good]] {
            let answer = try await refusal(sheets, "packing")
            #expect(answer.status == 422 && answer.problemCode == "missing_column")
            #expect(answer.text.contains("Tue") && answer.text.contains("column A"), "\(answer.text)")
        }
        let taken = try await refusal([good, (name: "Empty", rows: [["", ""], [" "]])], "packing")
        #expect(taken.status == 202)
    }

    @Test("R32: every sheet that has rows needs the columns, whatever the one before it has")
    func columns() async throws {
        let good = (name: "Mon", rows: [["code", "lot"], ["5000001", "L1"]])
        let answer = try await refusal([good, (name: "Tue", rows: [["lot"], ["L2"]])], "bags")
        #expect(answer.status == 422 && answer.problemCode == "missing_column" && answer.text.contains("Tue"))
    }

    @Test("R33: a workbook that is damaged far down on its last sheet is refused before a job begins")
    func damaged() async throws {
        try await withApp { app in
            let hall = try await ImportHall(app)
            let rows = (0..<2000).map { [String(5_000_000 + $0)] }
            let sound = HandmadeWorkbook.worksheet(rows)
            let broken = sound.replacing("</sheetData></worksheet>", with: "<row></sheetData>")
            let book = try HandmadeWorkbook.bytes(xml: [("Mon", sound), ("Tue", broken)])
            let answer = await hall.send(book, ["kind": "packing", "area_code": "lucknow"])
            #expect(answer.status == 415 && answer.problemCode == "unsupported_file")
            #expect(try await hall.number("SELECT count(*) FROM jobs") == 0)
        }
    }

    @Test("R36: reading ends when the task that takes is cancelled, also where no unit comes")
    func ends() async throws {
        let (reads, gone) = (AsyncStream<Void>.makeStream(), AsyncStream<Void>.makeStream())
        // A run without a sack has no end: nothing comes, and the file is read on and on.
        let endless = Endless { reads.continuation.yield() }
        let task = Task {
            var units = units(of: endless) { gone.continuation.yield() }
            return try await units.take(1).count
        }
        for await _ in reads.stream { break }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        for await _ in gone.stream { break }
    }

    @Test("R36: reading ends when nobody takes any more")
    func abandoned() async throws {
        let gone = AsyncStream<Void>.makeStream()
        let text = Array(repeating: "1\nS\n", count: 100_000).joined()
        var units: ImportUnits? = units(of: MemorySource(Array(text.utf8))) { gone.continuation.yield() }
        #expect(try await units?.take(1).count == 1)
        units = nil
        for await _ in gone.stream { break }
    }

    @Test("R36: units come in the order of the file, never more rows at once than are asked for")
    func parts() async throws {
        let text = (0..<3000).map { "1\n2\nS\($0)\n" }.joined()
        var units = units(of: MemorySource(Array(text.utf8)))
        var (sizes, sacks): ([Int], [String?]) = ([], [])
        for rows in [3, 100, 1000, 5000, 9000] {
            let part = try await units.take(rows)
            sizes.append(part.reduce(0) { $0 + $1.count })
            sacks += part.map { $0.row?.values.first }
        }
        #expect(sizes == [3, 99, 999, 4998, 2901])
        #expect(sacks == (0..<3000).map { "S\($0)" })
        #expect(try await units.take(1).isEmpty)
    }

    @Test("R36: a unit that is larger than a part comes alone, whole, and takes nothing along")
    func largeUnits() async throws {
        let bags = [2, 500, 500, 1200, 2].map { String(repeating: "1\n", count: $0) + "S\n" }
        var units = units(of: MemorySource(Array(bags.joined().utf8)))
        var sizes: [[Int]] = []
        for rows in [2, 1000, 1000, 1000, 1000, 1000] { sizes.append(try await units.take(rows).map(\.count)) }
        #expect(sizes == [[3], [501], [501], [1201], [3], []])
    }
}
