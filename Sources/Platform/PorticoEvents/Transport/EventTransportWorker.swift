import Logging
import PorticoSQL
import PorticoTelemetry
import PorticoValues

/// Handles what a transport brings, for one subscriber, which is a group of the transport under its name. Any number of
/// nodes may run one each; partitions are shared out among them, and those of a node that dies go to the others.
///
/// What can't be handled is put aside in this application's database, with what comes after it of its key
/// (``EventParking``), so that a partition never stands still.
public final class EventTransportWorker: Sendable {
    /// How a worker works.
    public struct Configuration: Sendable {
        /// Events received at once.
        public var batch = 50
        /// Keys handled at once in one partition.
        public var parallel = 4
        /// How long a partition stays with a node that gives no sign of life.
        public var lease = Span.seconds(15)
        /// How long to wait when nothing is there.
        public var interval = Span.milliseconds(50)
        /// How often an event may be received without an end: then it is what ends its handlers' processes.
        public var mostDeliveries = 5
        /// How often an event is tried whose handling fails.
        public var patience = EventPatience()

        /// The usual one.
        public init() {}
    }

    private let subscriber: any EventSubscriber
    private let transport: any EventTransport
    private let database: Database
    private let clock: Clock
    private let logger: Logger
    private let configuration: Configuration
    private let consumer: String
    private let parking: EventParking
    private let handled: Counter
    private let faults: Counter

    /// A worker.
    /// - Parameter outbox: the one of the database in which events are put aside.
    public init(
        _ subscriber: any EventSubscriber, transport: any EventTransport, database: Database, outbox: EventOutbox,
        clock: Clock, logger: Logger, metrics: MetricsRegistry, configuration: Configuration = Configuration()
    ) {
        self.subscriber = subscriber
        self.transport = transport
        self.database = database
        self.clock = clock
        self.logger = logger
        self.configuration = configuration
        self.consumer = UUIDv7(at: clock.now()).description
        self.parking = EventParking(outbox)
        handled = metrics.counter(
            "portico_events_received_total", help: "Events of a transport that were handled or put aside.",
            labels: ["subscriber"]
        ).with(subscriber.name)
        faults = metrics.counter(
            "portico_events_received_faults_total", help: "Events of a transport whose handling failed.",
            labels: ["subscriber"]
        ).with(subscriber.name)
    }

    /// Works until the task is cancelled, then gives its partitions back.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            for partition in 0..<transport.partitions {
                group.addTask { await self.attend(partition) }
            }
            group.addTask { await self.retry() }
        }
    }

    /// One round over all partitions and what was put aside. For tests.
    /// - Returns: whether there was anything.
    func turn() async throws -> Bool {
        var hasWorked = false
        for partition in 0..<transport.partitions {
            while try await step(partition) { hasWorked = true }
        }
        return try await retries.run() || hasWorked
    }

    private func attend(_ partition: Int) async {
        var isTold = false
        while !Task.isCancelled {
            do {
                let hasWorked = try await step(partition)
                isTold = false
                if !hasWorked { try await Task.sleep(for: .milliseconds(configuration.interval.milliseconds)) }
            } catch is CancellationError {
                break
            } catch {
                if !isTold {
                    logger.warning(
                        "a partition waits",
                        metadata: ["partition": "\(partition)", "group": "\(subscriber.name)", "error": "\(error)"])
                }
                isTold = true
                try? await Task.sleep(for: .milliseconds(500))
            }
        }
        await Task { [self] in
            try? await transport.release(partition, group: subscriber.name, consumer: consumer)
        }.value
    }

    /// - Returns: whether there was anything.
    private func step(_ partition: Int) async throws -> Bool {
        guard try await claim(partition) else { return false }
        let received = try await transport.receive(
            partition, group: subscriber.name, consumer: consumer, limit: configuration.batch)
        guard !received.isEmpty else { return false }
        if let lethal = received.first, lethal.deliveries > configuration.mostDeliveries {
            try await bury(lethal)
            return true
        }
        let parked = try await database.read { [parking, subscriber] in
            try parking.keys(of: subscriber.name, in: $0)
        }
        let outcome = try await keeping(partition) { [subscriber, configuration] in
            try await KeyedHandling(subscriber: subscriber, parallel: configuration.parallel)
                .run(received.map(\.event), parked: parked)
        }
        try await putAside(outcome)
        try await transport.acknowledge(received, group: subscriber.name)
        handled.increment(by: received.count)
        return true
    }

    private func claim(_ partition: Int) async throws -> Bool {
        try await transport.claim(
            partition, group: subscriber.name, consumer: consumer, lease: configuration.lease)
    }

    /// First put aside, then acknowledged: what is received twice is put aside once.
    private func putAside(_ outcome: KeyedFaults) async throws {
        guard !outcome.isEmpty else { return }
        faults.increment(by: outcome.count { $0.fault != nil })
        try await database.write { [parking, subscriber, configuration, clock] transaction in
            for (event, fault) in outcome {
                try parking.park(
                    event, of: subscriber.name, fault: fault, patience: configuration.patience, at: clock.now(),
                    in: transaction)
            }
        }
    }

    private struct Lethal: Error, CustomStringConvertible {
        let deliveries: Int
        var description: String { "received \(deliveries) times, and never handled to an end" }
    }

    private func bury(_ received: ReceivedEvent) async throws {
        faults.increment()
        let reason = Lethal(deliveries: received.deliveries - 1)
        try await database.write { [parking, subscriber, clock] transaction in
            try parking.bury(
                received.event, of: subscriber.name, reason: reason, at: clock.now(), in: transaction)
        }
        try await transport.acknowledge([received], group: subscriber.name)
    }

    /// Extends the lease as long as `work` takes.
    private func keeping<Value: Sendable>(
        _ partition: Int, _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await work() }
            group.addTask { [self] in
                while true {
                    try await Task.sleep(for: .milliseconds(configuration.lease.milliseconds / 3))
                    // Another may have it by now; what is under way comes to its end, and comes there again.
                    _ = try? await claim(partition)
                }
            }
            defer { group.cancelAll() }
            while let value = try await group.next() {
                if let value { return value }
            }
            throw CancellationError()
        }
    }

    private var retries: ParkedRetries {
        ParkedRetries(
            subscriber: subscriber, database: database, parking: parking, clock: clock,
            patience: configuration.patience, lease: .minutes(1))
    }

    private func retry() async {
        while !Task.isCancelled {
            do {
                if try await !retries.run() { try await Task.sleep(for: .milliseconds(500)) }
            } catch is CancellationError {
                return
            } catch {
                try? await Task.sleep(for: .seconds(1))
            }
        }
    }
}
