import Glibc

/// A bounded queue between a producer that may block its thread and a consumer that awaits.
///
/// `@unchecked Sendable`: every member is guarded by `lock`.
final class ChunkChannel: @unchecked Sendable {
    private let capacity: Int
    private let lock = ThreadLock()
    private var chunks: [[UInt8]] = []
    private var waiting: CheckedContinuation<[UInt8]?, any Error>?
    private var isClosed = false
    private var end: Result<Void, any Error>?

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Blocks while the queue is full.
    /// - Throws: ``SQLError`` `.cancelled` when the consumer has gone.
    func send(_ chunk: [UInt8]) throws {
        lock.lock()
        while chunks.count >= capacity && !isClosed { lock.wait() }
        if isClosed {
            lock.unlock()
            throw SQLError(.cancelled, message: "the reader of the stream has gone")
        }
        let consumer = waiting
        waiting = nil
        if consumer == nil { chunks.append(chunk) }
        lock.unlock()
        consumer?.resume(returning: chunk)
    }

    func finish(_ error: (any Error)?) {
        lock.lock()
        end = error.map { .failure($0) } ?? .success(())
        let consumer = waiting
        waiting = nil
        lock.unlock()
        if let error { consumer?.resume(throwing: error) } else { consumer?.resume(returning: nil) }
    }

    func close() {
        lock.lock()
        isClosed = true
        chunks = []
        lock.broadcast()
        lock.unlock()
    }

    func next() async throws -> [UInt8]? {
        try await withCheckedThrowingContinuation { continuation in
            lock.lock()
            if !chunks.isEmpty {
                let chunk = chunks.removeFirst()
                lock.broadcast()
                lock.unlock()
                continuation.resume(returning: chunk)
            } else if let end {
                lock.unlock()
                continuation.resume(with: end.map { nil })
            } else {
                waiting = continuation
                lock.unlock()
            }
        }
    }
}
