import Foundation
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@Suite("Streams", .timeLimit(.minutes(10)))
struct StreamTests {
    @Test("hand over every chunk in order", arguments: TestEngine.available)
    func order(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            try await database.fill(500)
            let stream = database.stream { reading, emit in
                try reading.each("kept.stream", "SELECT t FROM kept ORDER BY id") { row in
                    try row.withBytes(0) { try emit(Array($0)) }
                }
            }
            var texts: [String] = []
            for try await chunk in stream { texts.append(String(decoding: chunk, as: UTF8.self)) }
            #expect(texts == (0..<500).map { "row \($0)" })
        }
    }

    @Test("of any length keep no more than a part of it in memory", arguments: TestEngine.available)
    func memory(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            let rows: SQL =
                database.dialect == .postgresql
                ? "SELECT repeat('x', 10000) FROM generate_series(1, 40000)"
                : """
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000)
                SELECT hex(zeroblob(5000)) FROM n
                """
            let before = try residentBytes()
            let most = try await database.readAtLength { reading in
                var (most, count) = (0, 0)
                try reading.each("things.long", rows) { _ in
                    count += 1
                    if count.isMultiple(of: 1000) { most = max(most, try residentBytes()) }
                }
                return most
            }
            // The rows are 400 MB; what else runs in this process has room in half of it.
            #expect(most - before < 200_000_000)
        }
    }

    @Test("stay at most a few chunks ahead of the consumer", arguments: TestEngine.available)
    func backPressure(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            let emitted = Tally()
            let stream = database.stream(capacity: 3) { _, emit in
                for number in 0..<200 {
                    try emit([UInt8(number)])
                    emitted.add()
                }
            }
            var taken = 0
            for try await _ in stream {
                taken += 1
                #expect(emitted.value <= taken + 3)
                await Task.yield()
            }
            #expect(taken == 200)
        }
    }

    @Test("end the read when the consumer goes away", arguments: TestEngine.available)
    func consumerGone(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            let (codes, sender) = AsyncStream<SQLError.Code?>.makeStream()
            let stream = database.endless(capacity: 2) { sender.yield($0) }
            for try await _ in stream { break }
            var iterator = codes.makeAsyncIterator()
            #expect(await iterator.next() == .cancelled)
            #expect(try await database.read { try $0.thingCount() } == 0)
        }
    }

    @Test("let a consumer that waits go when its task is cancelled, and end the read", arguments: TestEngine.available)
    func cancelled(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            let (gate, began) = (ThreadDoor(), Signal())
            let (codes, sender) = AsyncStream<SQLError.Code?>.makeStream()
            let stream = database.stream { reading, emit in
                _ = try reading.thingCount()
                began.give()
                // As a statement that finds nothing for long.
                gate.pass()
                do {
                    try emit([0])
                    sender.yield(nil)
                } catch {
                    sender.yield((error as? SQLError)?.code)
                    throw error
                }
            }
            let consumer = Task { for try await _ in stream {} }
            await began.wait()
            consumer.cancel()
            // The read is still held up: the consumer does not wait for it.
            await #expect(throws: CancellationError.self) { try await consumer.value }
            gate.open()
            var iterator = codes.makeAsyncIterator()
            #expect(await iterator.next() == .cancelled)
            let count = try await database.read { try $0.thingCount() }
            #expect(count == 0)
        }
    }

    @Test("that were given up before a connection was free read nothing")
    func cancelledInTheQueue() async throws {
        try await withThings(.sqlite) { database in
            let (gate, begun) = (ThreadDoor(), Tally())
            // Every connection for long reads is taken.
            let readings = (0..<8).map { _ in
                database.stream { _, _ in
                    begun.add()
                    gate.pass()
                }
            }
            while begun.value < readings.count { await Task.yield() }
            let waiting = database.stream { _, _ in begun.add() }
            let consumer = Task { for try await _ in waiting {} }
            consumer.cancel()
            await #expect(throws: CancellationError.self) { try await consumer.value }
            gate.open()
            for reading in readings { for try await _ in reading {} }
            // One more takes its turn behind the one that was given up.
            for try await _ in database.stream(.primary, { _, _ in }) {}
            #expect(begun.value == readings.count)
        }
    }

    @Test("end the read when nobody ever iterates", arguments: TestEngine.available)
    func neverIterated(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            let (codes, sender) = AsyncStream<SQLError.Code?>.makeStream()
            let began = Signal()
            var stream: ChunkStream? = database.endless(capacity: 2, began: began) { sender.yield($0) }
            #expect(stream != nil)
            await began.wait()
            stream = nil
            var iterator = codes.makeAsyncIterator()
            #expect(await iterator.next() == .cancelled)
        }
    }

    @Test("throw at the consumer what the read throws, after what was emitted", arguments: TestEngine.available)
    func failure(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            let stream = database.stream { _, emit in
                try emit([1])
                throw Refusal()
            }
            var taken = 0
            await #expect(throws: Refusal.self) {
                for try await _ in stream { taken += 1 }
            }
            #expect(taken == 1)
        }
    }

    @Test("see one snapshot however slowly they are consumed", arguments: TestEngine.available)
    func snapshot(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            try await database.fill(100)
            let stream = database.stream(capacity: 1) { reading, emit in
                try reading.each("kept.stream", "SELECT t FROM kept ORDER BY id") { row in
                    try row.withBytes(0) { try emit(Array($0)) }
                }
            }
            var taken = 0
            for try await _ in stream {
                taken += 1
                if taken == 1 { try await database.write { try $0.execute("kept.empty", "DELETE FROM kept") } }
            }
            #expect(taken == 100)
        }
    }

    @Test("held open by slow consumers leave room for short reads", arguments: TestEngine.available)
    func manyOpen(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            var iterators = (0..<6).map { _ in database.endless(capacity: 1) { _ in }.makeAsyncIterator() }
            for index in iterators.indices { _ = try await iterators[index].next() }
            #expect(try await database.read { try $0.thingCount() } == 0)
            iterators = []
        }
    }
}

extension Database {
    fileprivate func fill(_ count: Int) async throws {
        try await write {
            try $0.bulkInsert(
                "kept.load", into: "kept", columns: ["id", "t"],
                rows: (0..<count).map { [.integer(Int64($0)), .text("row \($0)")] })
        }
    }

    /// Emits until its consumer has gone, then tells why it ended.
    fileprivate func endless(
        capacity: Int, began: Signal? = nil, ended: @escaping @Sendable (SQLError.Code?) -> Void
    ) -> ChunkStream {
        stream(capacity: capacity) { reading, emit in
            _ = try reading.thingCount()
            began?.give()
            do {
                while true { try emit([0]) }
            } catch {
                ended((error as? SQLError)?.code)
                throw error
            }
        }
    }
}

/// Memory of this process by the kernel's account.
private func residentBytes() throws -> Int {
    let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .ascii).split(separator: " ")[1]
    return (Int(pages) ?? 0) * 4096
}
