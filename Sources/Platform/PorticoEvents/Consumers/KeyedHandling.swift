import PorticoSQL
import PorticoValues

/// What became of a batch: the events that are to be put aside, in order, with what they failed with; nil for those that
/// come behind one.
typealias KeyedFaults = [(event: PublishedEvent, fault: (any Error)?)]

/// Handles a batch: keys side by side, the events of one key one after another. After the first failure of a key the
/// others of it are not handled.
struct KeyedHandling: Sendable {
    let subscriber: any EventSubscriber
    /// Keys at once.
    let parallel: Int

    /// - Parameter parked: keys of which something lies aside already.
    /// - Throws: `CancellationError` when the task is cancelled; then nothing is known of the batch.
    func run(_ events: [PublishedEvent], parked: Set<String>) async throws -> KeyedFaults {
        let wanted = events.filter { subscriber.hears($0.event.kind) }
        var queues = Dictionary(grouping: wanted) { $0.event.key }.values.sorted {
            ($0.first?.position ?? .start) < ($1.first?.position ?? .start)
        }[...]
        var faults: KeyedFaults = []
        try await withThrowingTaskGroup(of: KeyedFaults.self) { group in
            for _ in 0..<parallel {
                guard let queue = queues.popFirst() else { break }
                group.addTask { try await handle(queue, parked: parked) }
            }
            while let some = try await group.next() {
                faults += some
                guard let queue = queues.popFirst() else { continue }
                group.addTask { try await handle(queue, parked: parked) }
            }
        }
        return faults.sorted { $0.event.position < $1.event.position }
    }

    private func handle(_ queue: [PublishedEvent], parked: Set<String>) async throws -> KeyedFaults {
        guard let key = queue.first?.event.key, !parked.contains(key) else { return queue.map { ($0, nil) } }
        for (index, event) in queue.enumerated() {
            do {
                try await subscriber.handle(event)
            } catch {
                try Task.checkCancellation()
                return [(event, error)] + queue[(index + 1)...].map { ($0, nil) }
            }
        }
        return []
    }
}
