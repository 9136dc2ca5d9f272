import Synchronization

/// Joins registries in one process: each takes a backplane of its own from one exchange.
public final class LocalExchange: Sendable {
    private let boxes = Mutex<[Int: AsyncStream<CacheBackplaneEvent>.Continuation]>([:])
    private let numbers = Atomic<Int>(0)

    /// An exchange without nodes.
    public init() {}

    /// A backplane for one more node.
    public func backplane() -> LocalBackplane {
        LocalBackplane(exchange: self, number: numbers.wrappingAdd(1, ordering: .relaxed).newValue)
    }

    fileprivate func publish(_ notice: CacheNotice, from number: Int) {
        let others = boxes.withLock { boxes in boxes.filter { $0.key != number }.values.map { $0 } }
        for box in others { box.yield(.notice(notice)) }
    }

    fileprivate func open(_ number: Int) -> AsyncStream<CacheBackplaneEvent> {
        let (stream, box) = AsyncStream.makeStream(of: CacheBackplaneEvent.self)
        boxes.withLock { $0[number] = box }
        box.yield(.gap)
        return stream
    }

    fileprivate func close(_ number: Int) {
        boxes.withLock { $0.removeValue(forKey: number) }?.finish()
    }
}

/// One node's end of a ``LocalExchange``.
public struct LocalBackplane: CacheBackplane {
    fileprivate let exchange: LocalExchange
    fileprivate let number: Int

    /// See ``CacheBackplane``.
    public func publish(_ notice: CacheNotice) async throws {
        exchange.publish(notice, from: number)
    }

    /// See ``CacheBackplane``.
    public func listen(_ hear: @escaping @Sendable (CacheBackplaneEvent) async -> Void) async {
        let events = exchange.open(number)
        await withTaskCancellationHandler {
            for await event in events { await hear(event) }
        } onCancel: {
            exchange.close(number)
        }
    }
}
