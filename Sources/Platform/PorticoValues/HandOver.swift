/// A bounded queue between a producer that may block its thread and a consumer that awaits.
///
/// The consumer is heard at once: when its task is cancelled it goes on with `CancellationError`, and the producer's next
/// ``send(_:)`` throws. There is one of each.
///
/// `@unchecked Sendable`: every mutable member is guarded by `lock`.
public final class HandOver<Element: Sendable>: @unchecked Sendable {
    /// Asked for when the consumer has gone; work between two elements looks here.
    public let cancellation = Cancellation()
    private let capacity: Int
    private let lock = ThreadLock()
    private var elements: [Element] = []
    private var waiting: CheckedContinuation<Element?, any Error>?
    private var end: Result<Void, any Error>?

    /// An empty queue.
    /// - Parameter capacity: elements that wait at the most.
    public init(capacity: Int) {
        self.capacity = capacity
    }

    /// Hands an element over; blocks while the queue is full.
    /// - Throws: ``ConsumerGone``.
    public func send(_ element: Element) throws(ConsumerGone) {
        lock.lock()
        while elements.count >= capacity && !cancellation.isAsked { lock.wait() }
        if cancellation.isAsked {
            lock.unlock()
            throw ConsumerGone()
        }
        let consumer = waiting
        waiting = nil
        if consumer == nil { elements.append(element) }
        lock.unlock()
        consumer?.resume(returning: element)
    }

    /// Nothing follows.
    /// - Parameter error: why it ends early; the consumer gets it after what waits.
    public func finish(_ error: (any Error)? = nil) {
        lock.lock()
        end = error.map { .failure($0) } ?? .success(())
        let consumer = waiting
        waiting = nil
        lock.unlock()
        if let error { consumer?.resume(throwing: error) } else { consumer?.resume(returning: nil) }
    }

    /// The consumer wants nothing more.
    public func close() {
        lock.lock()
        cancellation.ask()
        elements = []
        let consumer = waiting
        waiting = nil
        lock.broadcast()
        lock.unlock()
        consumer?.resume(throwing: CancellationError())
    }

    /// The next element, or nil after the last.
    /// - Throws: `CancellationError` once the task is cancelled; what the producer ended with.
    public func next() async throws -> Element? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { take($0) }
        } onCancel: {
            close()
        }
    }

    private func take(_ consumer: CheckedContinuation<Element?, any Error>) {
        lock.lock()
        if cancellation.isAsked {
            lock.unlock()
            consumer.resume(throwing: CancellationError())
        } else if !elements.isEmpty {
            let element = elements.removeFirst()
            lock.broadcast()
            lock.unlock()
            consumer.resume(returning: element)
        } else if let end {
            lock.unlock()
            consumer.resume(with: end.map { nil })
        } else {
            waiting = consumer
            lock.unlock()
        }
    }
}

/// Nobody takes what is handed over any more.
public struct ConsumerGone: Error, Sendable, Hashable, CustomStringConvertible {
    /// A sentence for logs.
    public var description: String { "the reader has gone" }
}

/// What a producer on another thread hands over. Iterate it once; the producer ends soon after the sequence and its iterator
/// have gone, or the task that iterates is cancelled.
public struct HandedOver<Element: Sendable>: AsyncSequence, Sendable {
    private let lifetime: Lifetime

    /// What is sent to a queue.
    public init(_ queue: HandOver<Element>) {
        lifetime = Lifetime(queue)
    }

    /// What `make` sends from a thread of its own.
    /// - Parameters:
    ///   - capacity: elements that wait at the most.
    ///   - make: sends all there is and returns, or throws. Between two elements it looks at the queue's cancellation.
    public init(capacity: Int, _ make: @escaping @Sendable (HandOver<Element>) throws -> Void) {
        let queue = HandOver<Element>(capacity: capacity)
        do throws(ThreadRefused) {
            try OwnThread.start("hand-over") {
                do {
                    try make(queue)
                    queue.finish()
                } catch {
                    queue.finish(error)
                }
            }
        } catch {
            queue.finish(error)
        }
        self.init(queue)
    }

    /// The one iterator.
    public func makeAsyncIterator() -> Iterator {
        Iterator(lifetime: lifetime, own: Lifetime(lifetime.queue))
    }

    /// Takes elements; when it goes away early, the producer is told.
    public struct Iterator: AsyncIteratorProtocol, Sendable {
        fileprivate let lifetime: Lifetime
        /// Ends the work when the iterator goes, though the sequence may still be held.
        fileprivate let own: Lifetime

        /// The next element, or nil after the last.
        /// - Throws: `CancellationError` once the task is cancelled; what the producer ended with.
        public mutating func next() async throws -> Element? {
            try await own.queue.next()
        }
    }

    fileprivate final class Lifetime: Sendable {
        let queue: HandOver<Element>

        init(_ queue: HandOver<Element>) {
            self.queue = queue
        }

        deinit { queue.close() }
    }
}
