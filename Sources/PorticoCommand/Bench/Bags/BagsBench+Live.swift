import Portico
import PorticoBench
import Synchronization

/// When scans were told, by the codes of their bags.
private final class Heard: Sendable {
    private let times = Mutex<[String: [Int64]]>([:])
    private static let mark = Array(#""code":""#.utf8)

    /// How often any of them was heard.
    var count: Int { times.withLock { $0.values.reduce(0) { $0 + $1.count } } }

    func times(of code: String) -> [Int64] { times.withLock { $0[code] ?? [] } }

    /// Only codes that are expected are kept: other people's scans are told as well.
    func expect(_ code: String) { times.withLock { $0[code] = [] } }

    /// A line of data of a stream.
    func take(_ data: ArraySlice<UInt8>) {
        let now = monotonicNanoseconds()
        guard let code = Heard.code(in: data) else { return }
        times.withLock { times in
            if times[code] != nil { times[code]?.append(now) }
        }
    }

    private static func code(in data: ArraySlice<UInt8>) -> String? {
        var rest = data
        while rest.count >= mark.count {
            guard rest.starts(with: mark) else {
                rest = rest.dropFirst()
                continue
            }
            return String(decoding: rest.dropFirst(mark.count).prefix { $0 != 0x22 }, as: UTF8.self)
        }
        return nil
    }
}

extension BagsBench {
    private static let listeners = 200

    /// From when a scan was sent to when 200 streams of its area had heard of it; what it took to commit is in it.
    func live() async throws -> Figure {
        let person = office.dispatchers[0]
        let heard = Heard()
        let streams = try await listen(as: person, heard)
        defer { for stream in streams { stream.close() } }
        let count = Int(min(60, max(5, 2 * length.seconds)))
        var sent: [(code: String, time: Int64)] = []
        var sack = ""
        for number in 0..<count {
            if number % 30 == 0 { sack = try await freshSack(person) }
            let code = office.serials.nextBag()
            heard.expect(code)
            sent.append((code: code, time: monotonicNanoseconds()))
            _ = try await office.post(
                "\(BagsOffice.api)/scans/child", PackingTable.scan(code, into: sack), as: person, wanting: 201)
            try await Task.sleep(for: .milliseconds(50))
        }
        let wanted = count * BagsBench.listeners
        let deadline = monotonicNanoseconds() + 5_000_000_000
        while heard.count < wanted, monotonicNanoseconds() < deadline { try await Task.sleep(for: .milliseconds(50)) }
        var latency = LatencyRecord()
        for scan in sent { for time in heard.times(of: scan.code) { latency.add(time - scan.time) } }
        return Figure(
            "live message after a scan, \(BagsBench.listeners) listeners",
            [
                Measured("p50", latency.milliseconds(at: 0.5), .milliseconds),
                Measured("p99", latency.milliseconds(at: 0.99), .milliseconds, .atMost(300)),
                Measured("missing", Double(max(0, wanted - latency.count)), .count, .atMost(0)),
                Measured("messages", Double(latency.count), .count, .atLeast(1)),
            ])
    }

    /// Finds out whether so many may listen, before anything else is measured for a quarter of an hour.
    /// - Throws: ``BenchError`` when they may not.
    func proveStreams() async throws {
        for stream in try await listen(as: office.dispatchers[0], Heard()) { stream.close() }
    }

    private func listen(as person: BagsOffice.Person, _ heard: Heard) async throws -> [BenchStream] {
        var streams: [BenchStream] = []
        do {
            for _ in 0..<BagsBench.listeners {
                let stream = try await open(as: person, heard)
                streams.append(stream)
            }
            return streams
        } catch {
            for stream in streams { stream.close() }
            throw error
        }
    }

    private func open(as person: BagsOffice.Person, _ heard: Heard) async throws -> BenchStream {
        let path = "\(BagsOffice.api)/stream?topics=area:\(person.area ?? "lucknow")"
        let request = BenchRequest(
            get: path, of: office.target, as: person.session, fields: [(name: "Accept", value: "text/event-stream")])
        let lines = StreamLines(heard)
        let stream = try await office.client.open(request, within: nil) { lines.read($0) }
        try BagsOffice.check(BenchAnswer(status: stream.status), is: 200, path)
        return stream
    }

    private func freshSack(_ person: BagsOffice.Person) async throws -> String {
        guard let sack = office.serials.nextSack() else { throw BagsSerials.used }
        _ = try await office.post(
            "\(BagsOffice.api)/scans/parent", #"{"code":"\#(sack)"}"#, as: person, wanting: 201)
        return sack
    }
}

/// The lines of one stream.
private final class StreamLines: Sendable {
    private let lines = Mutex(EventLines())
    private let heard: Heard

    init(_ heard: Heard) {
        self.heard = heard
    }

    func read(_ bytes: UnsafeRawBufferPointer) {
        lines.withLock { lines in lines.read(bytes) { heard.take($0) } }
    }
}
