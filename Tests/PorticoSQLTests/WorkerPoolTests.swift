import PorticoSQL
import PorticoTesting
import PorticoValues
import Synchronization
import Testing

@Suite("Worker pools", .timeLimit(.minutes(10)))
struct WorkerPoolTests {
    @Test("run work on a connection and open no more than are needed")
    func reuse() async throws {
        let opened = Tally()
        let pool = WorkerPool<Int>(name: "test", base: 1, capacity: 1) { opened.add() }
        for _ in 0..<20 { #expect(try await pool.connection() == 1) }
        #expect(opened.value == 1)
        pool.close()
    }

    @Test("fail work that no thread takes in time, and run it never")
    func timeout() async throws {
        let pool = WorkerPool<Int>(name: "test", base: 1, capacity: 1, acquireTimeout: .milliseconds(500)) { 1 }
        let gate = ThreadDoor()
        let hasBegun = Signal()
        pool.submit { _ in
            hasBegun.give()
            gate.pass()
        }
        await hasBegun.wait()
        let error = await #expect(throws: SQLError.self) { try await pool.connection() }
        #expect(error?.code == .poolTimeout)
        #expect(error?.isTransient == true)
        #expect(pool.status == PoolStatus(inUse: 1, idle: 0, waiting: 0, capacity: 1))
        gate.open()
        pool.close()
    }

    @Test("run waiting work in the order it came")
    func order() async throws {
        let pool = WorkerPool<Int>(name: "test", base: 1, capacity: 1) { 1 }
        let gate = ThreadDoor()
        let order = Mutex<[Int]>([])
        pool.submit { _ in gate.pass() }
        for number in 0..<100 { pool.submit { _ in order.withLock { $0.append(number) } } }
        gate.open()
        _ = try await pool.connection()
        #expect(order.withLock { $0 } == Array(0..<100))
        pool.close()
    }

    @Test("run as much at once as they have connections")
    func parallel() async throws {
        let pool = WorkerPool<Int>(name: "test", base: 1, capacity: 4) { 1 }
        let arrived = Tally()
        let gate = ThreadDoor()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    _ = try? await pool.connection { _ in
                        if arrived.add() == 4 { gate.open() }
                        gate.pass()
                    }
                }
            }
        }
        #expect(arrived.value == 4)
        pool.close()
    }

    @Test("give up idle connections above their base")
    func idle() async throws {
        let pool = WorkerPool<Int>(name: "test", base: 1, capacity: 3, idleTimeout: .milliseconds(1)) { 1 }
        let gate = ThreadDoor()
        for _ in 0..<3 { pool.submit { _ in gate.pass() } }
        gate.open()
        while pool.status.idle != 1 || pool.status.inUse != 0 { await Task.yield() }
        #expect(try await pool.connection() == 1)
        pool.close()
    }

    @Test("hand over the error of a connection that can't be opened, and try again for the next work")
    func openFails() async throws {
        let attempts = Tally()
        let pool = WorkerPool<Int>(name: "test", base: 1, capacity: 1) {
            if attempts.add() == 1 { throw Refusal() }
            return 2
        }
        await #expect(throws: Refusal.self) { try await pool.connection() }
        #expect(try await pool.connection() == 2)
        pool.close()
    }

    @Test("replace a connection that is not usable any more")
    func unusable() async throws {
        let opened = Tally()
        let pool = WorkerPool<Int>(name: "test", base: 1, capacity: 1, isUsable: { $0 > 1 }) { opened.add() }
        #expect(try await pool.connection() == 1)
        #expect(try await pool.connection() == 2)
        #expect(try await pool.connection() == 2)
        pool.close()
    }

    @Test("finish what is queued before they close, and refuse what comes later")
    func closing() async throws {
        let pool = WorkerPool<Int>(name: "test", base: 1, capacity: 1) { 1 }
        let done = Tally()
        for _ in 0..<50 { pool.submit { _ in done.add() } }
        pool.close()
        #expect(done.value == 50)
        let error = await #expect(throws: SQLError.self) { try await pool.connection() }
        #expect(error?.code == .unavailable)
    }

    @Test("let work at hand take what waits, and tell how long each has waited")
    func takeWaiting() async throws {
        let waits = Tally()
        let pool = WorkerPool<Int>(name: "test", base: 1, capacity: 1, observeWait: { if $0 >= 0 { waits.add() } }) {
            1
        }
        let gate = ThreadDoor()
        let taken = Tally()
        pool.submit { connection in
            gate.pass()
            while let more = pool.takeWaiting() {
                more(connection)
                taken.add()
            }
        }
        for _ in 0..<10 { pool.submit { _ in } }
        gate.open()
        _ = try await pool.connection()
        #expect(taken.value >= 10)
        #expect(waits.value == 12)
        pool.close()
    }
}

extension WorkerPool where Connection == Int {
    fileprivate func connection(_ body: @escaping @Sendable (Int) -> Void = { _ in }) async throws -> Int {
        try await withCheckedThrowingContinuation { caller in
            submit { connection in
                if case .success(let number) = connection { body(number) }
                caller.resume(with: connection)
            }
        }
    }
}
