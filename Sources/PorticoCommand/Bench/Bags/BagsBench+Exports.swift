import Portico
import PorticoBench
import Synchronization

extension BagsBench {
    /// All bags as NDJSON, CSV and a workbook, read as fast as they come.
    func exports() async throws -> [Figure] {
        [
            try await export("ndjson", office.engine.pick(20, 30), growth: 32),
            try await export("csv", office.engine.pick(20, 30), growth: 32),
            try await export("xlsx", office.engine.pick(60, 75), growth: 64),
        ]
    }

    /// - Parameters:
    ///   - most: seconds that it may take.
    ///   - growth: MiB by which the server's memory may grow meanwhile.
    private func export(_ kind: String, _ most: Double, growth: Double) async throws -> Figure {
        let path = "\(BagsOffice.api)/exports/bags.\(kind)"
        let before = try await office.watch.figures().sum("process_resident_memory_bytes") ?? 0
        let (file, use) = try await office.watch.watching(every: .milliseconds(100)) { [office] in
            let file = ReadFile()
            let began = monotonicNanoseconds()
            let request = BenchRequest(get: path, of: office.target, as: office.admin.session)
            let stream = try await office.client.open(request, within: .minutes(10)) { file.take($0) }
            try BagsOffice.check(BenchAnswer(status: stream.status), is: 200, path)
            try await stream.whole()
            return file.read(since: began)
        }
        var values = [
            Measured("seconds", file.seconds, .seconds, .atMost(most)),
            Measured("first_byte", file.firstByte, .seconds, .atMost(0.3)),
            Measured("growth", max(0, (use.mostBytes ?? 0) - before), .bytes, .atMost(growth * mebibyte)),
            Measured("sent", Double(file.bytes), .bytes),
        ]
        // A head and a line for each bag, or a line for each bag and one that closes; a workbook has no lines.
        if kind != "xlsx" {
            let stats = try await office.get("\(BagsOffice.api)/stats", as: office.admin)
            let missing = BagsOffice.count(stats.json["bags"]) + 1 - file.lines
            values.append(Measured("missing", Double(abs(missing)), .count, .atMost(0)))
        }
        return Figure("export of all bags, \(kind)", values)
    }
}

/// A file that is read and not kept.
private final class ReadFile: Sendable {
    struct Content: Sendable {
        var first: Int64?
        var bytes = 0
        var lines = 0
        /// Seconds until the first byte came.
        var firstByte = 0.0
        /// Seconds until all had come.
        var seconds = 0.0
    }

    private let content = Mutex(Content())

    func take(_ piece: UnsafeRawBufferPointer) {
        let lines = piece.count { $0 == 0x0A }
        content.withLock { content in
            content.first = content.first ?? monotonicNanoseconds()
            content.bytes += piece.count
            content.lines += lines
        }
    }

    func read(since began: Int64) -> Content {
        content.withLock { content in
            content.firstByte = Double((content.first ?? began) - began) / 1_000_000_000
            content.seconds = Double(monotonicNanoseconds() - began) / 1_000_000_000
            return content
        }
    }
}
